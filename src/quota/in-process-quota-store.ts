import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { NanoUsd } from '../common/money';
import { ExpiringMemory } from './expiring-memory';
import {
  counterFor,
  newCounter,
  overBudget,
  overLeased,
  tightest,
  type Counter,
} from './in-process-counters';
import {
  CHARGED_MEMORY_MS,
  checkHold,
  checkRateLines,
  checkSeeds,
  checkSettle,
  SETTLED_MEMORY_COUNT_IN_PROCESS,
  SETTLED_MEMORY_MS,
} from './quota-rules';
import {
  QuotaStore,
  type BudgetLine,
  type CounterSeed,
  type CounterState,
  type ExpiredHold,
  type HoldOutcome,
  type HoldRequest,
  type LeaseRequest,
  type LiveHold,
  type RateLine,
  type RateOutcome,
  type RateRequest,
  type SettleOutcome,
  type SettleRequest,
} from './quota-store';
import { SlidingWindow } from './sliding-window';
import { SweepingMap } from './sweeping-map';
import { takeRequests } from './take-requests';

interface Reservation {
  readonly window: SlidingWindow;
  readonly sliceStartMs: number;
}

interface Hold {
  readonly request: HoldRequest;
  /** The counters themselves, so that a settle never meets those of another window. */
  readonly counters: readonly Counter[];
  readonly reservations: readonly Reservation[];
  amountNanoUsd: NanoUsd;
  expiresAtMs: number;
  isLease: boolean;
}

interface RateEntry {
  readonly window: SlidingWindow;
  readonly windowMs: number;
  touchedAtMs: number;
}

class Organization {
  loaded = false;
  readonly live = new Map<string, Hold>();
  readonly charged = new ExpiringMemory<Hold>(CHARGED_MEMORY_MS, Number.POSITIVE_INFINITY);
  readonly settled = new ExpiringMemory<true>(SETTLED_MEMORY_MS, SETTLED_MEMORY_COUNT_IN_PROCESS);
  readonly counters: SweepingMap<Counter>;

  constructor(clock: Clock) {
    this.counters = new SweepingMap((counter) => counter.forgetAtMs <= clock.now());
  }

  /** True for a hold that was ever taken, whatever became of it. */
  knows(holdId: string, nowMs: number): boolean {
    return (
      this.live.has(holdId) ||
      this.settled.get(holdId, nowMs) === true ||
      this.charged.get(holdId, nowMs) !== undefined
    );
  }
}

/** Quota of a single process. What it knows ends with the process: every organization is loaded anew from the ledger. */
@Injectable()
export class InProcessQuotaStore extends QuotaStore {
  readonly isShared: boolean = false;
  private readonly organizations = new Map<string, Organization>();
  private readonly rates: SweepingMap<RateEntry>;

  constructor(private readonly clock: Clock) {
    super();
    this.rates = new SweepingMap((entry) => entry.touchedAtMs + entry.windowMs <= clock.now());
  }

  hold(request: HoldRequest): Promise<HoldOutcome> {
    return answer(() => {
      checkHold(request);
      return this.take(request);
    });
  }

  settle(request: SettleRequest): Promise<SettleOutcome> {
    return answer(() => {
      checkSettle(request);
      return this.finish(request);
    });
  }

  lease(request: LeaseRequest): Promise<HoldOutcome> {
    return answer(() => {
      const hold: HoldRequest = { ...request, tokens: 0, tokenLimits: [] };
      checkHold(hold);
      return this.takeLease(hold);
    });
  }

  shrink(organizationId: string, holdId: string, amountNanoUsd: NanoUsd): Promise<boolean> {
    const organization = this.organizationOf(organizationId);
    const live = organization.live.get(holdId);
    const hold = live ?? organization.charged.get(holdId, this.clock.now());
    if (hold === undefined) return Promise.resolve(false);
    const less = hold.amountNanoUsd > amountNanoUsd ? hold.amountNanoUsd - amountNanoUsd : 0n;
    for (const counter of hold.counters) {
      if (live) counter.held -= less;
      else counter.spent -= less;
      if (live && hold.isLease) counter.leased -= hold.amountNanoUsd;
    }
    hold.amountNanoUsd -= less;
    hold.isLease = false;
    return Promise.resolve(true);
  }

  renew(organizationId: string, holdId: string, expiresAtMs: number): Promise<boolean> {
    const hold = this.organizations.get(organizationId)?.live.get(holdId);
    if (hold) hold.expiresAtMs = expiresAtMs;
    return Promise.resolve(hold !== undefined);
  }

  expireDue(organizationId: string, nowMs: number, limit: number): Promise<readonly ExpiredHold[]> {
    const organization = this.organizationOf(organizationId);
    const due = [...organization.live.values()]
      .filter((hold) => hold.expiresAtMs <= nowMs)
      .sort(byExpiry)
      .slice(0, limit);
    return Promise.resolve(due.map((hold) => this.charge(organization, hold)));
  }

  readCounters(organizationId: string, counters: readonly string[]): Promise<readonly CounterState[]> {
    const organization = this.organizationOf(organizationId);
    return Promise.resolve(
      counters.map((counter) => {
        const state = organization.counters.get(counter);
        return {
          counter,
          spentNanoUsd: state?.spent ?? 0n,
          heldNanoUsd: state?.held ?? 0n,
          leasedNanoUsd: state?.leased ?? 0n,
        };
      }),
    );
  }

  load(
    organizationId: string,
    seeds: readonly CounterSeed[],
    holds: readonly LiveHold[] = [],
  ): Promise<boolean> {
    return answer(() => {
      checkSeeds(seeds);
      const organization = this.organizationOf(organizationId);
      const first = !organization.loaded;
      organization.loaded = true;
      for (const { counter, spentNanoUsd, windowEndsAtMs } of seeds) {
        if (organization.counters.get(counter) !== undefined) continue;
        organization.counters.set(counter, newCounter(spentNanoUsd, windowEndsAtMs));
      }
      if (first) for (const hold of holds) repost(organization, organizationId, hold);
      return first;
    });
  }

  isLoaded(organizationId: string): Promise<boolean> {
    return Promise.resolve(this.organizations.get(organizationId)?.loaded ?? false);
  }

  raise(organizationId: string, seeds: readonly CounterSeed[]): Promise<boolean> {
    return answer(() => {
      checkSeeds(seeds);
      const organization = this.organizationOf(organizationId);
      if (!organization.loaded) return false;
      for (const { counter, spentNanoUsd, windowEndsAtMs } of seeds) {
        const known = counterFor(organization.counters, { counter, windowEndsAtMs });
        if (spentNanoUsd > known.spent) known.spent = spentNanoUsd;
      }
      return true;
    });
  }

  takeRequest({ organizationId, lines, nowMs, carried = [] }: RateRequest): Promise<RateOutcome> {
    return answer(() => {
      checkRateLines(lines);
      const windows = lines.map((line) => this.windowOf(organizationId, line));
      for (const [i, count] of carried.entries()) if (count > 0) windows[i]?.take(count, nowMs);
      return takeRequests(lines, windows, nowMs);
    });
  }

  organizationsWithHolds(): Promise<readonly string[]> {
    const holding = [...this.organizations].filter(([, organization]) => organization.live.size > 0);
    return Promise.resolve(holding.map(([id]) => id).sort());
  }

  private take(request: HoldRequest): HoldOutcome {
    const organization = this.organizationOf(request.organizationId);
    if (!organization.loaded) return { kind: 'not_loaded' };
    const nowMs = this.clock.now();
    if (request.replaces) this.finish({ organizationId: request.organizationId, ...request.replaces });
    if (organization.knows(request.holdId, nowMs)) {
      return { kind: 'held', remainingNanoUsd: tightest(organization.counters, request.budgets) };
    }
    const windows = request.tokenLimits.map((line) => this.windowOf(request.organizationId, line));
    const refusal = overBudget(organization.counters, request) ?? overTokens(request, windows, nowMs);
    if (refusal) return refusal;

    const counters = request.budgets.map((line) => counterFor(organization.counters, line));
    for (const counter of counters) counter.held += request.amountNanoUsd;
    const reservations = windows.map((window) => ({
      window,
      sliceStartMs: window.take(request.tokens, nowMs),
    }));
    organization.live.set(request.holdId, {
      request,
      counters,
      reservations,
      amountNanoUsd: request.amountNanoUsd,
      expiresAtMs: request.expiresAtMs,
      isLease: false,
    });
    return { kind: 'held', remainingNanoUsd: tightest(organization.counters, request.budgets) };
  }

  private takeLease(request: HoldRequest): HoldOutcome {
    const organization = this.organizationOf(request.organizationId);
    if (!organization.loaded) return { kind: 'not_loaded' };
    const { holdId, amountNanoUsd, budgets, expiresAtMs } = request;
    const held: HoldOutcome = { kind: 'held', remainingNanoUsd: undefined };
    if (organization.knows(holdId, this.clock.now())) return held;
    const refusal = overLeased(organization.counters, request);
    if (refusal) return refusal;
    const counters = budgets.map((line) => counterFor(organization.counters, line));
    for (const counter of counters) {
      counter.held += amountNanoUsd;
      counter.leased += amountNanoUsd;
    }
    organization.live.set(holdId, {
      request,
      counters,
      reservations: [],
      amountNanoUsd,
      expiresAtMs,
      isLease: true,
    });
    return held;
  }

  private finish({ organizationId, holdId, actualNanoUsd, actualTokens }: SettleRequest): SettleOutcome {
    const organization = this.organizationOf(organizationId);
    if (!organization.loaded) return 'not_loaded';
    const nowMs = this.clock.now();
    const live = organization.live.get(holdId);
    const hold = live ?? organization.charged.get(holdId, nowMs);
    if (hold === undefined) return organization.settled.get(holdId, nowMs) === true ? 'already' : 'unknown';

    const { amountNanoUsd, request } = hold;
    for (const counter of hold.counters) {
      if (live) counter.held -= amountNanoUsd;
      if (live && hold.isLease) counter.leased -= amountNanoUsd;
      counter.spent += live ? actualNanoUsd : actualNanoUsd - amountNanoUsd;
    }
    for (const { window, sliceStartMs } of hold.reservations)
      window.correct(sliceStartMs, actualTokens - request.tokens, nowMs);
    organization.live.delete(holdId);
    organization.charged.delete(holdId);
    organization.settled.add(holdId, true, nowMs);
    return live ? 'settled' : 'corrected';
  }

  private charge(organization: Organization, hold: Hold): ExpiredHold {
    const { holdId, note } = hold.request;
    const { amountNanoUsd } = hold;
    for (const counter of hold.counters) {
      if (hold.isLease) counter.leased -= amountNanoUsd;
      counter.held -= amountNanoUsd;
      counter.spent += amountNanoUsd;
    }
    organization.live.delete(holdId);
    organization.charged.add(holdId, hold, this.clock.now());
    return { holdId, amountNanoUsd, note };
  }

  private organizationOf(id: string): Organization {
    const known = this.organizations.get(id);
    if (known) return known;
    const created = new Organization(this.clock);
    this.organizations.set(id, created);
    return created;
  }

  private windowOf(organizationId: string, { counter, windowMs }: RateLine): SlidingWindow {
    const key = `${organizationId} ${windowMs} ${counter}`;
    const known = this.rates.get(key);
    if (known) {
      known.touchedAtMs = this.clock.now();
      return known.window;
    }
    const window = new SlidingWindow(windowMs);
    this.rates.set(key, { window, windowMs, touchedAtMs: this.clock.now() });
    return window;
  }
}

function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** Puts a running hold back; it counts even if it no longer fits. */
function repost(organization: Organization, organizationId: string, hold: LiveHold): void {
  const { holdId, amountNanoUsd, expiresAtMs, note } = hold;
  const counters = hold.counters.map((line) => counterFor(organization.counters, line));
  for (const counter of counters) counter.held += amountNanoUsd;
  const budgets: readonly BudgetLine[] = [];
  const request = {
    organizationId,
    holdId,
    amountNanoUsd,
    tokens: 0,
    budgets,
    tokenLimits: [],
    expiresAtMs,
    note,
  };
  organization.live.set(holdId, {
    request,
    counters,
    reservations: [],
    amountNanoUsd,
    expiresAtMs,
    isLease: false,
  });
}

function overTokens(
  { tokenLimits, tokens }: HoldRequest,
  windows: readonly SlidingWindow[],
  nowMs: number,
): HoldOutcome | undefined {
  for (const [i, line] of tokenLimits.entries()) {
    const retryAfterMs = windows[i]?.waitFor(tokens, line.limit, nowMs) ?? 0;
    if (retryAfterMs > 0) return { kind: 'over_tokens', line, retryAfterMs };
  }
  return undefined;
}

function byExpiry(left: Hold, right: Hold): number {
  return left.expiresAtMs - right.expiresAtMs || (left.request.holdId < right.request.holdId ? -1 : 1);
}
