import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { Caller } from '../access/caller';
import type { GatewayRequest } from '../access/gateway-request';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { QuotaStore, type RateOutcome } from '../quota/quota-store';
import { GatewayConfig } from './gateway.config';
import { GATEWAY_ERRORS } from './gateway.errors';

const MINUTE_MS = 60_000;

/** Counts authenticated requests per key (or user) and refuses the ones above the limit with 429. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly store: QuotaStore,
    private readonly clock: Clock,
    private readonly config: GatewayConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const caller = http.getRequest<GatewayRequest>().state.caller;
    const limit = caller?.limits.requestsPerMinute ?? this.config.requestsPerMinute;
    // Without a limit nothing is counted, so that an unlimited request costs no round trip to the store.
    if (!caller || limit === 0) return true;
    return this.take(caller, limit, http.getResponse<Response>());
  }

  private async take(caller: Caller, limit: number, response: Response): Promise<boolean> {
    const outcome = await this.store.takeRequest({
      organizationId: caller.organizationId,
      lines: [{ counter: `requests/${caller.apiKeyId ?? caller.userId}`, limit, windowMs: MINUTE_MS }],
      nowMs: this.clock.now(),
    });
    setRateLimitHeaders(response, outcome);
    if (outcome.allowed) return true;
    throw new AppError(GATEWAY_ERRORS.rateLimit, {
      public: `The limit of ${outcome.limit} requests per minute is reached.`,
      retryAfterSeconds: Math.max(1, Math.ceil(outcome.resetMs / 1000)),
    });
  }
}

function setRateLimitHeaders(response: Response, outcome: RateOutcome): void {
  response.setHeader('x-ratelimit-limit', outcome.limit);
  response.setHeader('x-ratelimit-remaining', outcome.remaining);
  response.setHeader('x-ratelimit-reset', Math.ceil(outcome.resetMs / 1000));
}
