import { Injectable } from '@nestjs/common';
import { QuotaStore, type HoldEnd, type HoldOutcome, type HoldRequest } from '../../quota/quota-store';
import { RateShares } from '../../quota/rate-shares';
import { MetricsService } from '../../telemetry/metrics.service';
import { CostConfig } from '../cost.config';
import { LeaseBook } from './lease-book';

/** What a lost store is replaced by for one request. */
export interface Loan {
  readonly outcome: HoldOutcome;
  /** Under which hold the money is, and how the loan ends; undefined when it was refused. */
  readonly part:
    { readonly leaseId: string; end(end: Pick<HoldEnd, 'actualNanoUsd' | 'actualTokens'>): void } | undefined;
}

/** Admits requests while the store is away: money from leases, tokens from this replica's part of the limits. */
@Injectable()
export class LeaseLender {
  constructor(
    private readonly store: QuotaStore,
    private readonly book: LeaseBook,
    private readonly shares: RateShares,
    private readonly config: CostConfig,
    private readonly metrics: MetricsService,
  ) {}

  /** Undefined when nothing is set aside for this request, or not enough: then it is refused as the store's absence would have it. */
  async lend(request: HoldRequest): Promise<Loan | undefined> {
    if (!this.store.isShared || this.config.onStoreLoss !== 'lease') return undefined;
    const { organizationId, budgets, amountNanoUsd } = request;
    const part = this.book.take(organizationId, budgets, amountNanoUsd);
    if (typeof part === 'string') {
      this.metrics.leaseRequest(part);
      return undefined;
    }
    const tokens = await this.shares.holdTokens(request);
    if (tokens?.kind !== 'held') {
      part.end(0n);
      return tokens && { outcome: tokens, part: undefined };
    }
    this.metrics.leaseRequest('granted');
    return {
      outcome: { kind: 'held', remainingNanoUsd: undefined },
      part: {
        leaseId: part.leaseId,
        end: ({ actualNanoUsd, actualTokens }) => {
          part.end(actualNanoUsd);
          this.metrics.leaseSpent(actualNanoUsd);
          void this.shares.settleTokens(request, actualTokens);
        },
      },
    };
  }
}
