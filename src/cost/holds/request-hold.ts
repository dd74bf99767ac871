import { AppError } from '../../common/app-error';
import { newId } from '../../common/ids';
import type { NanoUsd } from '../../common/money';
import type {
  BudgetLine,
  HoldEnd,
  HoldOutcome,
  HoldRequest,
  LiveHold,
  QuotaStore,
  RateLine,
} from '../../quota/quota-store';
import type { BudgetTarget } from '../budgets/budget';
import { writeHoldNote, type HoldOwner } from './hold-note';
import type { LeaseLender, Loan } from '../leases/lease-lender';

/** Which budgets a call to a model counts on. */
export interface BudgetChoice {
  for(target: BudgetTarget): readonly BudgetLine[];
  sameFor(one: BudgetTarget, other: BudgetTarget): boolean;
}

export interface HoldTerms {
  readonly organizationId: string;
  readonly budgets: BudgetChoice;
  readonly tokenLimits: readonly RateLine[];
  /** Whom an estimate is attributed to when the owner dies. */
  readonly owner: HoldOwner;
  readonly holdMs: number;
  /** Stands in while the store is away. */
  readonly lender: Pick<LeaseLender, 'lend'>;
}

/** What a call, and its repetitions on the same model, may take. */
export interface LegRequest {
  readonly target: BudgetTarget;
  readonly amountNanoUsd: NanoUsd;
  readonly tokens: number;
}

/** A reservation in the store: calls to one model, or to several that count on the same budgets. */
interface Leg extends LegRequest {
  readonly holdId: string;
  readonly budgets: readonly BudgetLine[];
  /** What the request had taken when it began; everything after that belongs to it. */
  readonly from: Taken;
  /** What it took, once the next one has begun. */
  end: Taken | undefined;
  ended: boolean;
  /** Set when it was lent because the store was away. */
  readonly loan: Loan['part'];
}

/** What the calls of a request have taken so far. */
export interface Taken {
  readonly costNanoUsd: NanoUsd;
  readonly tokens: number;
}

const NOTHING: Taken = { costNanoUsd: 0n, tokens: 0 };

/**
 * Money reserved for one request. It covers the worst case of the next call in full: when earlier calls
 * have eaten into it, or the next model counts on other budgets, the reservation so far ends with what
 * its calls took, and another one begins in the same step. Each of these legs has an id of its own,
 * under which the ledger books its calls, and ends exactly once. While it lives, its keeper renews it.
 */
export class RequestHold {
  readonly heldAtMs: number;
  private readonly legs: Leg[] = [];
  private remaining: NanoUsd | undefined;
  private settled = false;

  constructor(
    private readonly store: QuotaStore,
    private readonly terms: HoldTerms,
    nowMs: number,
  ) {
    this.heldAtMs = nowMs;
  }

  get organizationId(): string {
    return this.terms.organizationId;
  }

  /** Names the present reservation in the ledger. */
  get holdId(): string {
    return this.legs.at(-1)?.holdId ?? '';
  }

  /** What is reserved at this moment. */
  get amountNanoUsd(): NanoUsd {
    const leg = this.legs.at(-1);
    return leg === undefined || leg.end ? 0n : leg.amountNanoUsd;
  }

  /** What is left of the tightest budget while this hold is in place; undefined without budgets. */
  get remainingNanoUsd(): NanoUsd | undefined {
    return this.remaining;
  }

  /** What the present reservation counts on. */
  get budgets(): readonly BudgetLine[] {
    return this.legs.at(-1)?.budgets ?? [];
  }

  /** True when the present reservation was lent because the store was away. */
  get isOnLoan(): boolean {
    return this.legs.at(-1)?.loan !== undefined;
  }

  get isSettled(): boolean {
    return this.settled;
  }

  /** True when what is reserved covers another call of this size. */
  covers(call: LegRequest, taken: Taken): boolean {
    const leg = this.legs.at(-1);
    if (leg === undefined || leg.end || !this.terms.budgets.sameFor(leg.target, call.target)) return false;
    return taken.costNanoUsd - leg.from.costNanoUsd + call.amountNanoUsd <= leg.amountNanoUsd;
  }

  /** Reserves the worst case of a call on every budget it counts on, in place of what was reserved before; the outcome says why not. */
  async take(call: LegRequest, nowMs: number, taken: Taken = NOTHING): Promise<HoldOutcome> {
    const previous = this.legs.at(-1);
    // A copy: the caller's figures go on growing.
    const from: Taken = { costNanoUsd: taken.costNanoUsd, tokens: taken.tokens };
    if (previous) previous.end ??= from;
    if (previous?.loan) endLoan(previous, from);
    const leg: Omit<Leg, 'loan'> = {
      ...call,
      holdId: newId('hold', nowMs),
      budgets: this.terms.budgets.for(call.target),
      from,
      end: undefined,
      ended: false,
    };
    const replaces = previous && !previous.ended ? { replaces: endOf(previous, from) } : {};
    const { outcome, part, isStored } = await this.reserve({ ...this.toRequest(leg, nowMs), ...replaces });
    if (outcome.kind === 'not_loaded') return outcome;
    // What the lost store holds ends there when it is back.
    if (previous && isStored) previous.ended = true;
    if (outcome.kind === 'held') {
      this.legs.push({ ...leg, loan: part, ...(part && { holdId: part.leaseId }) });
      this.remaining = outcome.remainingNanoUsd;
    }
    return outcome;
  }

  private async reserve(request: HoldRequest): Promise<Loan & { readonly isStored: boolean }> {
    try {
      return { outcome: await this.store.hold(request), part: undefined, isStored: true };
    } catch (error) {
      const loan = isStoreLoss(error) ? await this.terms.lender.lend(request) : undefined;
      if (loan === undefined) throw error;
      return { ...loan, isStored: false };
    }
  }

  /** Books what the request really cost and gives the rest back. May be repeated after a failure: every leg ends once. */
  async settle(total: Taken): Promise<void> {
    if (this.settled) return;
    // Needs no store, so it waits for none.
    for (const leg of this.legs) if (leg.loan) endLoan(leg, total);
    for (const leg of this.legs) {
      if (leg.ended) continue;
      const { organizationId } = this.terms;
      const outcome = await this.store.settle({ organizationId, ...endOf(leg, total) });
      if (outcome === 'not_loaded') throw new Error('the counters are being rebuilt');
      leg.ended = true;
    }
    this.settled = true;
  }

  /** By how much the present reservation was exceeded: a vendor billed more than its worst case. */
  overrunOf(total: Taken): NanoUsd {
    const leg = this.legs.at(-1);
    if (leg === undefined) return 0n;
    const over = endOf(leg, total).actualNanoUsd - leg.amountNanoUsd;
    return over > 0n ? over : 0n;
  }

  /** What a store that lost its data has to have of this hold; `total` when it is over. */
  toLiveHolds(nowMs: number, total?: Taken): readonly LiveHold[] {
    return this.liveLegs().map((leg) => ({
      holdId: leg.holdId,
      amountNanoUsd: (leg.end ?? total) ? endOf(leg, total ?? NOTHING).actualNanoUsd : leg.amountNanoUsd,
      counters: leg.budgets,
      expiresAtMs: nowMs + this.terms.holdMs,
      note: writeHoldNote(this.terms.owner, leg.target),
    }));
  }

  /** Keeps the reservation alive while its request runs. */
  async renew(nowMs: number): Promise<void> {
    for (const leg of this.liveLegs()) {
      await this.store.renew(this.terms.organizationId, leg.holdId, nowMs + this.terms.holdMs);
    }
  }

  /** What the store has of it; what is lent belongs to a lease. */
  private liveLegs(): readonly Leg[] {
    return this.legs.filter((leg) => !leg.ended && !leg.loan);
  }

  private toRequest(leg: Omit<Leg, 'loan'>, nowMs: number): HoldRequest {
    const { organizationId, tokenLimits, owner, holdMs } = this.terms;
    return {
      organizationId,
      holdId: leg.holdId,
      amountNanoUsd: leg.amountNanoUsd,
      tokens: leg.tokens,
      budgets: leg.budgets,
      tokenLimits,
      expiresAtMs: nowMs + holdMs,
      note: writeHoldNote(owner, leg.target),
    };
  }
}

function endLoan(leg: Leg, total: Taken): void {
  leg.loan?.end(endOf(leg, total));
  leg.ended = true;
}

function isStoreLoss(error: unknown): boolean {
  return error instanceof AppError && error.code === 'store_unavailable';
}

/** What a leg took: everything between its beginning and its end. */
function endOf({ holdId, from, end }: Leg, total: Taken): HoldEnd {
  const until = end ?? total;
  return {
    holdId,
    actualNanoUsd: until.costNanoUsd - from.costNanoUsd,
    actualTokens: until.tokens - from.tokens,
  };
}
