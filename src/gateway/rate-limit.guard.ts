import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { Caller } from '../access/caller';
import type { GatewayRequest } from '../access/gateway-request';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { CallerRates, describeRate, GLOBAL_SCOPE, rateDetails } from '../quota/caller-rates';
import type { RateLine, RateOutcome } from '../quota/quota-store';
import { RateLimiter } from '../quota/rate-limiter';
import { GatewayConfig } from './gateway.config';
import { GATEWAY_ERRORS } from './gateway.errors';

/**
 * Counts authenticated requests of the key, the user, the organization and the installation, and refuses with 429 what is
 * above any of their limits. The first three are taken in one atomic step; the last one beside it.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly rates: CallerRates,
    private readonly clock: Clock,
    private readonly config: GatewayConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const caller = http.getRequest<GatewayRequest>().state.caller;
    if (!caller) return true;
    const own = this.rates.linesOf(caller, 'requests', this.config.requestsPerMinute);
    const global = this.rates.globalLines('requests');
    // Without a limit nothing is counted, so that an unlimited request costs no round trip to the store.
    if (own.length === 0 && global.length === 0) return true;
    return this.take(caller, { own, global }, http.getResponse<Response>());
  }

  private async take(
    { organizationId }: Caller,
    lines: { readonly own: readonly RateLine[]; readonly global: readonly RateLine[] },
    response: Response,
  ): Promise<boolean> {
    const nowMs = this.clock.now();
    const outcomes = await Promise.all([
      this.limiter.take({ organizationId, lines: lines.own, nowMs }),
      this.limiter.take({ organizationId: GLOBAL_SCOPE, lines: lines.global, nowMs }),
    ]);
    const outcome = decisive(outcomes);
    setRateLimitHeaders(response, outcome);
    if (outcome.allowed || outcome.line === undefined) return true;
    throw new AppError(GATEWAY_ERRORS.rateLimit, {
      public: describeRate(outcome.line, 'requests'),
      details: rateDetails(outcome.line),
      retryAfterSeconds: Math.max(1, Math.ceil(outcome.resetMs / 1000)),
    });
  }
}

/** The refusal that lasts longest, else what is nearest to one. */
function decisive([own, global]: readonly [RateOutcome, RateOutcome]): RateOutcome {
  if (own.allowed !== global.allowed) return own.allowed ? global : own;
  if (!own.allowed) return own.resetMs >= global.resetMs ? own : global;
  return own.remaining <= global.remaining ? own : global;
}

function setRateLimitHeaders(response: Response, outcome: RateOutcome): void {
  response.setHeader('x-ratelimit-limit', outcome.limit);
  response.setHeader('x-ratelimit-remaining', outcome.remaining);
  response.setHeader('x-ratelimit-reset', Math.ceil(outcome.resetMs / 1000));
}
