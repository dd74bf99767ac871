import type { NanoUsd } from '../../common/money';
import type { BudgetLine, LiveHold } from '../../quota/quota-store';

/** What one request takes from a lease. */
export interface LeasePart {
  readonly leaseId: string;
  /** Puts what was really spent in the place of what was taken. Counts once. */
  end(actualNanoUsd: NanoUsd): void;
}

export interface LeaseTerms {
  readonly id: string;
  readonly organizationId: string;
  /** What all requests it admits count on, exactly. */
  readonly lines: readonly BudgetLine[];
  readonly amountNanoUsd: NanoUsd;
  readonly takenAtMs: number;
}

/**
 * Money of the budgets of one kind of request that this replica holds in the store, and admits such requests from while the
 * store is away: what they spent and what running ones may spend is never more than the amount. Once
 * closed it admits nothing any more; when its last request has ended, it is settled with what was spent.
 */
export class Lease {
  renewedAtMs: number;
  /** Since when the store has had no counters to settle it in. */
  unloadedSinceMs: number | undefined;
  private spent: NanoUsd = 0n;
  private taken: NanoUsd = 0n;
  private running = 0;
  private closed = false;
  private touched = false;

  constructor(readonly terms: LeaseTerms) {
    this.renewedAtMs = terms.takenAtMs;
  }

  get id(): string {
    return this.terms.id;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** True when a request was admitted from it, ever. */
  get isUsed(): boolean {
    return this.touched;
  }

  /** True while requests run that were admitted from it. */
  get isRunning(): boolean {
    return this.running > 0;
  }

  /** What was spent and may still be spent by running requests. */
  get usedNanoUsd(): NanoUsd {
    return this.spent + this.taken;
  }

  close(): void {
    this.closed = true;
  }

  /** Undefined when not so much is left, or a limit is lower by now than when the lease was taken. */
  take(amountNanoUsd: NanoUsd, lines: readonly BudgetLine[]): LeasePart | undefined {
    if (this.closed || this.usedNanoUsd + amountNanoUsd > this.terms.amountNanoUsd) return undefined;
    if (!lines.every((line, i) => isNoStricter(line, this.terms.lines[i]))) return undefined;
    this.touched = true;
    this.taken += amountNanoUsd;
    this.running += 1;
    let ended = false;
    return {
      leaseId: this.id,
      end: (actualNanoUsd) => {
        if (ended) return;
        ended = true;
        this.taken -= amountNanoUsd;
        this.spent += actualNanoUsd;
        this.running -= 1;
      },
    };
  }

  /** What a store that lost its data has to have of it. */
  toLiveHold(expiresAtMs: number): LiveHold {
    const { id, lines } = this.terms;
    return { holdId: id, amountNanoUsd: this.usedNanoUsd, counters: lines, expiresAtMs, note: '' };
  }
}

function isNoStricter(now: BudgetLine, then: BudgetLine | undefined): boolean {
  if (then?.counter !== now.counter) return false;
  if (now.mode === 'warn') return true;
  return then.mode === 'enforce' && now.limitNanoUsd >= then.limitNanoUsd;
}
