import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { actingOf, auditFacts } from '../access/acting';
import type { AuditEvent } from '../access/audit-log';
import { isGatewayRequest, type GatewayRequest } from '../access/gateway-request';
import type { AppError } from '../common/app-error';
import type { JsonObject } from '../common/json';
import { RepeatedEvents } from '../audit/repeated-events';

interface Refusal {
  readonly action: string;
  readonly describe: (error: AppError) => JsonObject;
}

/** What is recorded of a refusal, by the code of the error that was answered. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  [
    'missing_permission',
    { action: 'permission.deny', describe: ({ details }) => ({ required: details?.['required'] ?? null }) },
  ],
  ['budget_above_cap', { action: 'permission.deny', describe: () => ({ required: 'budget above the cap' }) }],
  [
    'policy_violation',
    { action: 'policy.block', describe: ({ extras }) => ({ reasons: extras?.['reasons'] }) },
  ],
  [
    'insufficient_budget',
    {
      action: 'budget.block',
      describe: ({ details }) => ({ level: details?.['level'], window: details?.['window'] }),
    },
  ],
]);
const STRATEGY_HEADER = 'x-routing-strategy';
const MAX_STRATEGY_LENGTH = 64;

/**
 * Records, once a request is over, that a permission was missing, that policy or a budget refused it, or that it overrode
 * the routing. In one place and by what was answered, so that no route and no further check can forget it.
 */
@Injectable()
export class RefusalAudit {
  constructor(private readonly repeated: RepeatedEvents) {}

  /** Express middleware; comes after the one that makes `request.state`. */
  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    if (isGatewayRequest(request)) response.once('close', () => this.report(request, response));
    next();
  };

  private report(request: GatewayRequest, response: Response): void {
    const { caller, errorCode, error } = request.state;
    if (caller === undefined) return;
    if (errorCode === undefined) this.reportOverride(request, response);
    else if (error !== undefined) this.reportRefusal(request, error);
  }

  private reportRefusal(request: GatewayRequest, error: AppError): void {
    const refusal = REFUSALS.get(error.code);
    if (!refusal) return;
    const details = { ...refusal.describe(error), route: routeOf(request), method: request.method };
    this.repeated.note({ ...eventOf(request), action: refusal.action, outcome: 'denied', details });
  }

  private reportOverride(request: GatewayRequest, response: Response): void {
    const strategy = request.headers[STRATEGY_HEADER];
    if (typeof strategy !== 'string' || response.statusCode !== 200) return;
    const details = { strategy: strategy.trim().slice(0, MAX_STRATEGY_LENGTH), route: routeOf(request) };
    this.repeated.note({
      ...eventOf(request),
      action: 'routing.override',
      outcome: 'success',
      details,
    });
  }
}

function eventOf(
  request: GatewayRequest,
): Pick<AuditEvent, 'organizationId' | 'actor' | 'requestId' | 'address'> {
  const acting = actingOf(request);
  return { organizationId: acting.caller.organizationId, ...auditFacts(acting) };
}

/** The template of the matched route, never the raw URL, which may contain anything. */
function routeOf(request: GatewayRequest): string | null {
  const route: unknown = request.route;
  const path: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined;
  return typeof path === 'string' ? path : null;
}
