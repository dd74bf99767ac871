import { newId } from '../../common/ids';
import type { NanoUsd } from '../../common/money';
import type { BudgetLine, HoldOutcome, QuotaStore, RateLine } from '../../quota/quota-store';

export interface HoldTerms {
  readonly organizationId: string;
  readonly budgets: readonly BudgetLine[];
  readonly tokenLimits: readonly RateLine[];
  /** Where an estimate can be attributed to when the owner dies. */
  readonly note: string;
  readonly holdMs: number;
}

interface HeldPart {
  readonly holdId: string;
  readonly amountNanoUsd: NanoUsd;
}

/**
 * Money reserved for one request. It is taken once for the whole plan and topped up when an attempt
 * that may have been billed eats into it; it ends in exactly one settle. While it lives, its keeper
 * renews it.
 */
export class RequestHold {
  /** Names the reservation in the ledger; the parts of a topped-up hold have ids of their own. */
  readonly holdId: string;
  readonly heldAtMs: number;
  private readonly parts: HeldPart[] = [];
  private remaining: NanoUsd | undefined;
  private settled = false;

  constructor(
    private readonly store: QuotaStore,
    private readonly terms: HoldTerms,
    nowMs: number,
  ) {
    this.holdId = newId('hold', nowMs);
    this.heldAtMs = nowMs;
  }

  get organizationId(): string {
    return this.terms.organizationId;
  }

  get amountNanoUsd(): NanoUsd {
    return this.parts.reduce((sum, part) => sum + part.amountNanoUsd, 0n);
  }

  /** What is left of the tightest budget while this hold is in place; undefined without budgets. */
  get remainingNanoUsd(): NanoUsd | undefined {
    return this.remaining;
  }

  get isSettled(): boolean {
    return this.settled;
  }

  /** Reserves a further amount on every budget at once; the outcome says why not. */
  async take(amountNanoUsd: NanoUsd, tokens: number, nowMs: number): Promise<HoldOutcome> {
    const holdId = this.parts.length === 0 ? this.holdId : newId('hold', nowMs);
    const outcome = await this.store.hold({
      organizationId: this.terms.organizationId,
      holdId,
      amountNanoUsd,
      tokens,
      budgets: this.terms.budgets,
      tokenLimits: this.terms.tokenLimits,
      expiresAtMs: nowMs + this.terms.holdMs,
      note: this.terms.note,
    });
    if (outcome.kind === 'held') {
      this.parts.push({ holdId, amountNanoUsd });
      this.remaining = outcome.remainingNanoUsd;
    }
    return outcome;
  }

  /** Books what the request really cost and gives the rest back. May be repeated after a failure: every part settles once. */
  async settle(actualNanoUsd: NanoUsd, actualTokens: number): Promise<void> {
    if (this.settled) return;
    let left = actualNanoUsd;
    let tokens = actualTokens;
    for (const [index, part] of this.parts.entries()) {
      const isLast = index === this.parts.length - 1;
      // An overrun (the vendor billed more than its worst case) is booked in full, on the last part.
      const share = isLast || left < part.amountNanoUsd ? left : part.amountNanoUsd;
      left -= share;
      await this.store.settle({
        organizationId: this.terms.organizationId,
        holdId: part.holdId,
        actualNanoUsd: share,
        actualTokens: tokens,
      });
      tokens = 0;
    }
    this.settled = true;
  }

  /** Puts the reservation back after the store lost it; it then counts even if it no longer fits. */
  async repost(nowMs: number): Promise<void> {
    const unlimited = this.terms.budgets.map((line) => ({ ...line, mode: 'warn' as const }));
    for (const part of this.parts) {
      await this.store.hold({
        organizationId: this.terms.organizationId,
        holdId: part.holdId,
        amountNanoUsd: part.amountNanoUsd,
        tokens: 0,
        budgets: unlimited,
        tokenLimits: [],
        expiresAtMs: nowMs + this.terms.holdMs,
        note: this.terms.note,
      });
    }
  }

  /** Keeps the reservation alive while its request runs. */
  async renew(nowMs: number): Promise<void> {
    for (const part of this.parts) {
      await this.store.renew(this.terms.organizationId, part.holdId, nowMs + this.terms.holdMs);
    }
  }
}
