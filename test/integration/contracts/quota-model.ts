import type { BudgetLine, HoldOutcome, HoldRequest, SettleOutcome } from '../../../src/quota/quota-store';

interface ModelHold {
  amount: bigint;
  readonly counters: readonly string[];
  expiresAtMs: number;
  status: 'live' | 'charged' | 'settled';
  isLease: boolean;
  booked: bigint;
}

/** The truth in its plainest form: a list of holds, everything else is added up from it. */
export class QuotaModel {
  private readonly holds = new Map<string, ModelHold>();

  spent(counter: string): bigint {
    return this.sum(counter, (hold) => (hold.status === 'live' ? 0n : hold.booked));
  }

  held(counter: string): bigint {
    return this.sum(counter, (hold) => (hold.status === 'live' ? hold.amount : 0n));
  }

  hold(request: HoldRequest): HoldOutcome {
    const total = (line: BudgetLine) => this.spent(line.counter) + this.held(line.counter);
    const enforced = request.budgets.filter(({ mode }) => mode === 'enforce');
    if (!this.holds.has(request.holdId)) {
      const line = enforced.find(
        (candidate) => total(candidate) + request.amountNanoUsd > candidate.limitNanoUsd,
      );
      if (line)
        return {
          kind: 'over_budget',
          line,
          spentNanoUsd: this.spent(line.counter),
          heldNanoUsd: this.held(line.counter),
          leasedNanoUsd: this.leased(line.counter),
        };
      this.holds.set(request.holdId, {
        amount: request.amountNanoUsd,
        counters: request.budgets.map(({ counter }) => counter),
        expiresAtMs: request.expiresAtMs,
        status: 'live',
        isLease: false,
        booked: 0n,
      });
    }
    const left = enforced.map((line) => line.limitNanoUsd - total(line)).sort((a, b) => (a < b ? -1 : 1));
    return { kind: 'held', remainingNanoUsd: left[0] };
  }

  leased(counter: string): bigint {
    return this.sum(counter, (hold) => (hold.status === 'live' && hold.isLease ? hold.amount : 0n));
  }

  /** Leases together leave three quarters of what is not spent and not held otherwise. */
  lease(request: HoldRequest): HoldOutcome {
    if (!this.holds.has(request.holdId)) {
      for (const line of request.budgets.filter(({ mode }) => mode === 'enforce')) {
        const [spentNanoUsd, heldNanoUsd] = [this.spent(line.counter), this.held(line.counter)];
        const leasedNanoUsd = this.leased(line.counter);
        const free = line.limitNanoUsd - spentNanoUsd - (heldNanoUsd - leasedNanoUsd);
        if (4n * (leasedNanoUsd + request.amountNanoUsd) > free)
          return { kind: 'over_budget', line, spentNanoUsd, heldNanoUsd, leasedNanoUsd };
      }
      this.holds.set(request.holdId, {
        amount: request.amountNanoUsd,
        counters: request.budgets.map(({ counter }) => counter),
        expiresAtMs: request.expiresAtMs,
        status: 'live',
        isLease: true,
        booked: 0n,
      });
    }
    return { kind: 'held', remainingNanoUsd: undefined };
  }

  shrink(holdId: string, amount: bigint): boolean {
    const hold = this.holds.get(holdId);
    if (hold === undefined || hold.status === 'settled') return false;
    hold.isLease = false;
    if (amount < hold.amount) hold.amount = amount;
    if (hold.status === 'charged') hold.booked = hold.amount;
    return true;
  }

  settle(holdId: string, actual: bigint): SettleOutcome {
    const hold = this.holds.get(holdId);
    if (hold === undefined) return 'unknown';
    if (hold.status === 'settled') return 'already';
    const outcome = hold.status === 'live' ? 'settled' : 'corrected';
    hold.status = 'settled';
    hold.booked = actual;
    return outcome;
  }

  renew(holdId: string, expiresAtMs: number): boolean {
    const hold = this.holds.get(holdId);
    if (hold?.status !== 'live') return false;
    hold.expiresAtMs = expiresAtMs;
    return true;
  }

  expire(nowMs: number): readonly string[] {
    const due = [...this.holds].filter(([, hold]) => hold.status === 'live' && hold.expiresAtMs <= nowMs);
    for (const [, hold] of due) {
      hold.status = 'charged';
      hold.booked = hold.amount;
    }
    return due.map(([id]) => id);
  }

  get liveIds(): readonly string[] {
    return [...this.holds].filter(([, hold]) => hold.status === 'live').map(([id]) => id);
  }

  private sum(counter: string, amountOf: (hold: ModelHold) => bigint): bigint {
    let sum = 0n;
    for (const hold of this.holds.values()) if (hold.counters.includes(counter)) sum += amountOf(hold);
    return sum;
  }
}
