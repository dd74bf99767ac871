import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import type { BudgetLine, LiveHold } from '../../quota/quota-store';
import { CostConfig } from '../cost.config';
import type { Lease, LeasePart } from './lease';

/** Requests that count on the same budgets, and what the last of them met. */
export interface Candidate {
  readonly key: string;
  readonly organizationId: string;
  readonly lines: readonly BudgetLine[];
  /** What was left of the tightest budget; undefined when none is enforced. */
  readonly remainingNanoUsd: NanoUsd | undefined;
  readonly worstCaseNanoUsd: NanoUsd;
  readonly atMs: number;
}

/** Budgets nobody used for so long need no lease. */
const ACTIVE_MS = 60_000;
const MAX_CANDIDATES = 10_000;
/** A lease that could not be given back for so long admits nothing any more: soon others take its owner for dead. */
const SPENDABLE_MS = 3_600_000;
/** Without an enforced budget there is nothing to take a share of. */
const REQUESTS_WITHOUT_LIMIT = 50n;

/** The leases of this replica, in memory: whom they are for, which are open, which are ending. Nothing here waits. */
@Injectable()
export class LeaseBook {
  /** Open ones, by what they are for. */
  private readonly open = new Map<string, Lease>();
  /** Taken from the store, or being taken, and not open. */
  private readonly others = new Set<Lease>();
  private readonly candidates = new Map<string, Candidate>();
  private readonly pauses = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly config: CostConfig,
  ) {}

  /** A request that the store has admitted. */
  note(request: Omit<Candidate, 'key' | 'atMs'>): void {
    const key = keyOf(request.organizationId, request.lines);
    this.candidates.delete(key);
    this.candidates.set(key, { ...request, key, atMs: this.clock.monotonic() });
    const oldest = this.candidates.keys().next();
    if (this.candidates.size > MAX_CANDIDATES && oldest.done !== true) this.candidates.delete(oldest.value);
  }

  /** Room for a request that the store could not be asked about; `none` when nothing is set aside for its budgets. */
  take(
    organizationId: string,
    lines: readonly BudgetLine[],
    amountNanoUsd: NanoUsd,
  ): LeasePart | 'used_up' | 'none' {
    const lease = this.open.get(keyOf(organizationId, lines));
    if (!lease || this.ageOf(lease) > SPENDABLE_MS) return 'none';
    return lease.take(amountNanoUsd, lines) ?? 'used_up';
  }

  /** Whom a lease is to be taken for, the latest first. */
  wanting(): readonly Candidate[] {
    this.forgetIdle();
    return [...this.candidates.values()].reverse().filter((candidate) => this.isWanting(candidate));
  }

  /** Those who have not asked for a minute, and pauses that are over. */
  forgetIdle(): void {
    const now = this.clock.monotonic();
    for (const [key, { atMs }] of this.candidates) {
      if (now - atMs <= ACTIVE_MS) break;
      this.candidates.delete(key);
    }
    for (const [name, untilMs] of this.pauses) if (untilMs <= now) this.pauses.delete(name);
  }

  /** How much is to be set aside: a share of what was left, if a request like the last one fits in. */
  amountFor({ remainingNanoUsd, worstCaseNanoUsd }: Candidate): NanoUsd {
    if (remainingNanoUsd === undefined) return worstCaseNanoUsd * REQUESTS_WITHOUT_LIMIT;
    const share = (remainingNanoUsd * BigInt(this.config.leasePercent)) / 100n;
    return share >= worstCaseNanoUsd ? share : 0n;
  }

  /** True when an open lease should be given back: nobody uses its budgets, or it is much more than its share by now. */
  isUnwanted(lease: Lease): boolean {
    const candidate = this.candidates.get(keyOf(lease.terms.organizationId, lease.terms.lines));
    return !candidate || this.amountFor(candidate) * 2n < lease.terms.amountNanoUsd;
  }

  /** Nothing is set aside on this counter for a while. */
  pause(organizationId: string, counter: string, forMs: number): void {
    this.pauses.set(pauseName(organizationId, counter), this.clock.monotonic() + forMs);
  }

  /** A lease is on its way from the store. */
  begin(lease: Lease): void {
    this.others.add(lease);
  }

  /** The store has given it: unless it was closed meanwhile, requests may be admitted from it. */
  opened(lease: Lease): void {
    if (lease.isClosed) return;
    this.others.delete(lease);
    this.open.set(keyOf(lease.terms.organizationId, lease.terms.lines), lease);
  }

  close(lease: Lease): void {
    lease.close();
    const key = keyOf(lease.terms.organizationId, lease.terms.lines);
    if (this.open.get(key) === lease) this.open.delete(key);
    this.others.add(lease);
  }

  /** It has ended in the store, or never was there. */
  drop(lease: Lease): void {
    this.close(lease);
    this.others.delete(lease);
  }

  get openLeases(): readonly Lease[] {
    return [...this.open.values()];
  }

  /** Closed ones that have not ended in the store. */
  get closedLeases(): readonly Lease[] {
    return [...this.others].filter(({ isClosed }) => isClosed);
  }

  get count(): number {
    return this.open.size + this.others.size;
  }

  /** Closes what counts on a counter, or on any of the organization. */
  closeAll(organizationId: string, counter?: string): readonly Lease[] {
    const closed = [...this.open.values(), ...this.others].filter(
      ({ terms }) =>
        terms.organizationId === organizationId &&
        (counter === undefined || terms.lines.some((line) => line.counter === counter)),
    );
    for (const lease of closed) this.close(lease);
    return closed;
  }

  /** For a store that lost its data: closes all leases of the organization and tells what they are used for. */
  unendedOf(organizationId: string): readonly LiveHold[] {
    const expiresAtMs = this.clock.now() + this.config.holdSeconds * 1000;
    return this.closeAll(organizationId)
      .filter(({ isUsed }) => isUsed)
      .map((lease) => lease.toLiveHold(expiresAtMs));
  }

  private ageOf({ terms }: Lease): number {
    return this.clock.monotonic() - terms.takenAtMs;
  }

  private isWanting(candidate: Candidate): boolean {
    const { key, organizationId, lines } = candidate;
    if (this.open.has(key) || this.amountFor(candidate) === 0n) return false;
    if ([...this.others].some(({ terms }) => keyOf(terms.organizationId, terms.lines) === key)) return false;
    return !lines.some(({ counter }) => this.pauses.has(pauseName(organizationId, counter)));
  }
}

function keyOf(organizationId: string, lines: readonly BudgetLine[]): string {
  let key = organizationId;
  for (const { counter } of lines) key += ` ${counter}`;
  return key;
}

function pauseName(organizationId: string, counter: string): string {
  return `${organizationId} ${counter}`;
}
