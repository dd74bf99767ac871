import type { NanoUsd } from '../common/money';

/** A spending counter of one budget in one calendar window, and what it may reach. */
export interface BudgetLine {
  /** Unique within the organization, window included, such as `user/usr_1/daily/2026-11-20`. No `:` and no braces. */
  readonly counter: string;
  readonly limitNanoUsd: NanoUsd;
  /** `warn` counts but never refuses. */
  readonly mode: 'enforce' | 'warn';
  /** End of the window; the store forgets the counter some time after. */
  readonly windowEndsAtMs: number;
}

/**
 * A rate limit over a sliding window of requests or tokens. Never more than `limit` in any window; room
 * comes back at most 5 % of the window late (see SlidingWindow).
 */
export interface RateLine {
  readonly counter: string;
  readonly limit: number;
  readonly windowMs: number;
}

export interface HoldRequest {
  readonly organizationId: string;
  readonly holdId: string;
  readonly amountNanoUsd: NanoUsd;
  /** Reserved against the token limits in the same step; corrected by settle. */
  readonly tokens: number;
  readonly budgets: readonly BudgetLine[];
  readonly tokenLimits: readonly RateLine[];
  readonly expiresAtMs: number;
  /** Opaque text from which an estimate can be booked if the owner dies; no prompt, no secret, at most 1 kB. */
  readonly note: string;
  /** An earlier hold of the same request that ends in the same step, whether this one then fits or not. */
  readonly replaces?: HoldEnd;
}

/** How a hold ends. */
export interface HoldEnd {
  readonly holdId: string;
  readonly actualNanoUsd: NanoUsd;
  readonly actualTokens: number;
}

export type HoldOutcome =
  | {
      readonly kind: 'held';
      /** What remains of the tightest enforced budget after this hold; undefined without budgets. */ readonly remainingNanoUsd:
        NanoUsd | undefined;
    }
  | {
      readonly kind: 'over_budget';
      readonly line: BudgetLine;
      readonly spentNanoUsd: NanoUsd;
      readonly heldNanoUsd: NanoUsd;
      /** The part of what is held that is leased: its holders can be asked to give it back. */
      readonly leasedNanoUsd: NanoUsd;
    }
  | { readonly kind: 'over_tokens'; readonly line: RateLine; readonly retryAfterMs: number }
  /** The organization's counters are not loaded (fresh store, flush, failover): load them, then try again. */
  | { readonly kind: 'not_loaded' };

/**
 * Money that one replica sets aside, to admit requests from while the store is lost. A hold in every respect, but that it is
 * shown apart, and leaves room: all leases on a line are never more than {@link MAX_LEASED_SHARE} of what is neither spent nor held otherwise.
 */
export type LeaseRequest = Pick<
  HoldRequest,
  'organizationId' | 'holdId' | 'amountNanoUsd' | 'budgets' | 'expiresAtMs' | 'note'
>;

/** One part in so many. */
export const MAX_LEASED_SHARE = 4n;

export interface SettleRequest extends HoldEnd {
  readonly organizationId: string;
}

/** `settled`: counted now. `already`: an earlier settle counted. `corrected`: the hold had expired and was charged, the difference was posted. `unknown`: no such hold in this generation, nothing changed. `not_loaded`: the counters are being rebuilt, nothing changed, try again. */
export type SettleOutcome = 'settled' | 'already' | 'corrected' | 'unknown' | 'not_loaded';

/** A hold nobody settled in time; its amount now counts as spent. */
export interface ExpiredHold {
  readonly holdId: string;
  readonly amountNanoUsd: NanoUsd;
  readonly note: string;
}

export interface CounterState {
  readonly counter: string;
  readonly spentNanoUsd: NanoUsd;
  /** Leases included. */
  readonly heldNanoUsd: NanoUsd;
  readonly leasedNanoUsd: NanoUsd;
}

export interface RateRequest {
  readonly organizationId: string;
  readonly lines: readonly RateLine[];
  readonly nowMs: number;
  /** By line, requests that were let through without these counters; they count now, whether this one passes or not. */
  readonly carried?: readonly number[];
}

export interface RateOutcome {
  readonly allowed: boolean;
  /** The line that refused, or the one with the least left. */
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until `remaining` is `limit` again, or until the refused request would pass. */
  readonly resetMs: number;
  /** The line all this is about; undefined without lines. */
  readonly line: RateLine | undefined;
}

/** Seeds of an organization's counters, computed from the ledger. */
export interface CounterSeed {
  readonly counter: string;
  readonly spentNanoUsd: NanoUsd;
  readonly windowEndsAtMs: number;
}

/** A reservation that a rebuilt store has to have; it counts even if it no longer fits. */
export interface LiveHold {
  readonly holdId: string;
  readonly amountNanoUsd: NanoUsd;
  readonly counters: readonly Pick<BudgetLine, 'counter' | 'windowEndsAtMs'>[];
  readonly expiresAtMs: number;
  readonly note: string;
}

/**
 * Budgets and rate limits of an organization, atomic over everything one request touches.
 * Two implementations, one contract suite: in-process (embedded shape) and Redis (one Lua script per
 * operation, keys share the hash tag `{organizationId}`). Every hold makes exactly one transition:
 * settled, or expired and charged. All methods fail with `store_unavailable` (AppError) when the store cannot be reached in time.
 */
export abstract class QuotaStore {
  /** Whether other processes use the same counters. */
  abstract readonly isShared: boolean;
  /**
   * Takes every counter or none: refused unless spent + held + amount ≤ limit on each enforced line.
   * A repeated hold id takes nothing again and is answered `held`, whatever became of the hold. After a
   * failure nothing stays held: a hold that was taken without its answer arriving is taken back.
   */
  abstract hold(request: HoldRequest): Promise<HoldOutcome>;
  abstract settle(request: SettleRequest): Promise<SettleOutcome>;
  /** Takes a lease on every line or none; `over_budget` when a line has no room for it. It is renewed, settled and expires like a hold. */
  abstract lease(request: LeaseRequest): Promise<HoldOutcome>;
  /**
   * Lowers what a live or charged hold amounts to and gives the rest back; never raises it. A lease is an
   * ordinary hold from then on. False when there is no such hold.
   */
  abstract shrink(organizationId: string, holdId: string, amountNanoUsd: NanoUsd): Promise<boolean>;
  /** Moves the expiry of a live hold; false when it is not live any more. */
  abstract renew(organizationId: string, holdId: string, expiresAtMs: number): Promise<boolean>;
  /** Charges up to `limit` overdue holds of the organization at their amount and returns them, each exactly once over all processes. */
  abstract expireDue(organizationId: string, nowMs: number, limit: number): Promise<readonly ExpiredHold[]>;
  abstract readCounters(
    organizationId: string,
    counters: readonly string[],
  ): Promise<readonly CounterState[]>;
  /**
   * Loads the spent amounts and running holds of an organization whose counters are missing, or may have lost
   * something (a server with another replication id), and opens it for holds.
   * Only the first of several concurrent loads counts; false means somebody else had loaded it. In an
   * open organization only counters that do not exist yet are seeded: how a new budget in a running
   * window gets what was spent before it.
   */
  abstract load(
    organizationId: string,
    seeds: readonly CounterSeed[],
    holds?: readonly LiveHold[],
  ): Promise<boolean>;
  /** Whether the organization's counters are loaded, so that they mean something. */
  abstract isLoaded(organizationId: string): Promise<boolean>;
  /**
   * Raises counters of an open organization to at least these amounts, making those that do not exist; lowers none.
   * How a budget that is set in a running window gets what was spent before it. False when the organization is not open.
   */
  abstract raise(organizationId: string, seeds: readonly CounterSeed[]): Promise<boolean>;
  /** Takes one request from every line, or from none. Works without load(). */
  abstract takeRequest(request: RateRequest): Promise<RateOutcome>;
  /** Organizations with live holds, for the expiry job. */
  abstract organizationsWithHolds(): Promise<readonly string[]>;
}
