import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MetricsService } from '../telemetry/metrics.service';
import { QuotaStore, type RateOutcome, type RateRequest } from './quota-store';
import { RateShares } from './rate-shares';

/** Counts requests on the shared counters, and on this replica's part of each limit while those are away. */
@Injectable()
export class RateLimiter implements OnModuleInit {
  constructor(
    private readonly store: QuotaStore,
    private readonly shares: RateShares,
    private readonly metrics: MetricsService,
  ) {}

  onModuleInit(): void {
    this.metrics.showReplicas(() => this.shares.knownReplicas ?? 0);
  }

  /** Takes one request from every line, or from none. Fails with `store_unavailable` only while it is not known how many replicas share the limits. */
  async take(request: RateRequest): Promise<RateOutcome> {
    if (!this.store.isShared || request.lines.length === 0) return this.store.takeRequest(request);
    const carried = this.shares.takeCarried(request);
    try {
      const outcome = await this.store.takeRequest(carried ? { ...request, carried } : request);
      if (outcome.allowed) this.shares.note(request);
      return outcome;
    } catch (error) {
      if (carried) this.shares.keepCarried(request, carried);
      const outcome = await this.shares.take(request);
      if (outcome === undefined) throw error;
      this.metrics.rateLimitedByShare(outcome.allowed ? 'allowed' : 'refused');
      return outcome;
    }
  }
}
