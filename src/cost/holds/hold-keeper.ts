import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { QuotaStore, type ExpiredHold, type LiveHold } from '../../quota/quota-store';
import { MetricsService } from '../../telemetry/metrics.service';
import { CostConfig } from '../cost.config';
import { LeaseLender } from '../leases/lease-lender';
import { RequestHold, type HoldTerms, type Taken } from './request-hold';
import { RoomQueue } from './room-queue';

const EXPIRY_BATCH = 500;
const SETTLE_AGAIN_MS = 1_000;
/** Counters nobody has asked for so long are loaded from the ledger some day, which has what was spent by then. */
const UNLOADED_MS = 600_000;

type ExpiryListener = (organizationId: string, holds: readonly ExpiredHold[]) => Promise<void>;

/** Renews the holds of running requests and charges those whose owner is gone. */
@Injectable()
export class HoldKeeper implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(HoldKeeper.name);
  private readonly live = new Set<RequestHold>();
  private readonly settling = new Map<RequestHold, Taken>();
  private readonly unsettled = new Map<RequestHold, Taken>();
  /** Since when organizations with unsettled holds have had no counters. */
  private readonly unloadedSince = new Map<string, number>();
  private tellExpired: ExpiryListener | undefined;
  private round: Promise<void> | undefined;
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(
    private readonly store: QuotaStore,
    private readonly clock: Clock,
    private readonly config: CostConfig,
    private readonly metrics: MetricsService,
    private readonly queue: RoomQueue,
    private readonly lender: LeaseLender,
  ) {}

  onModuleInit(): void {
    this.timers = [
      setInterval(() => void this.tick(), this.holdMs / 4).unref(),
      setInterval(() => void this.settlePending(), SETTLE_AGAIN_MS).unref(),
    ];
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** How long a hold lives without being renewed. */
  private get holdMs(): number {
    return this.config.holdSeconds * 1000;
  }

  /** A reservation that is still to be taken. */
  newHold(terms: Omit<HoldTerms, 'holdMs' | 'lender'>, nowMs: number): RequestHold {
    const { holdMs, lender } = this;
    return new RequestHold(this.store, { ...terms, holdMs, lender }, nowMs);
  }

  /** Call for a hold that was taken. */
  watch(hold: RequestHold): void {
    this.live.add(hold);
    this.metrics.holdOutcome('granted');
  }

  /** Call when a hold has moved on to another call: what it gave up may be enough for somebody else. */
  moved({ organizationId }: RequestHold): void {
    this.queue.freed(organizationId);
  }

  /** Who is told of holds that were charged because their owner is gone; one. */
  onExpired(listener: ExpiryListener): void {
    this.tellExpired = listener;
  }

  /** Ends a hold. When the store is away the settle is repeated until it has been counted. */
  async settle(hold: RequestHold, final: Taken): Promise<void> {
    if (hold.overrunOf(final) > 0n) {
      this.metrics.holdOverrun();
      this.logger.warn(
        `A vendor billed more than the worst case of hold ${hold.holdId}; it is booked in full`,
      );
    }
    this.settling.set(hold, final);
    this.live.delete(hold);
    try {
      await hold.settle(final);
      this.metrics.holdOutcome(fateOf(final));
      this.queue.freed(hold.organizationId);
    } catch (error) {
      this.unsettled.set(hold, final);
      this.logger.warn(`Hold ${hold.holdId} could not be settled yet: ${messageOf(error)}`);
    } finally {
      this.settling.delete(hold);
    }
  }

  /** Reservations of an organization that have not ended in the store: running, or not settled yet. */
  unendedOf(organizationId: string): readonly LiveHold[] {
    const now = this.clock.now();
    const all: [RequestHold, Taken?][] = [
      ...[...this.live].map((hold): [RequestHold] => [hold]),
      ...this.settling,
      ...this.unsettled,
    ];
    return all
      .filter(([hold]) => hold.organizationId === organizationId)
      .flatMap(([hold, total]) => hold.toLiveHolds(now, total));
  }

  /** One round of settling, renewing and expiring. What fails is tried again in the next round and keeps nothing else waiting. */
  async tick(): Promise<void> {
    await this.attempt('renewed', () => this.renewOld());
    await this.settlePending();
    await this.attempt('expired', () => this.expireOverdue());
  }

  /** One round at a time: two would count the end of a hold twice. */
  private settlePending(): Promise<void> {
    this.round ??= this.settleAll().finally(() => (this.round = undefined));
    return this.round;
  }

  private async settleAll(): Promise<void> {
    const pending = Map.groupBy(this.unsettled, ([{ organizationId }]) => organizationId);
    for (const id of this.unloadedSince.keys()) if (!pending.has(id)) this.unloadedSince.delete(id);
    for (const [organizationId, holds] of pending)
      await this.attempt('settled', () => this.settleOf(organizationId, holds));
  }

  private async settleOf(organizationId: string, holds: readonly [RequestHold, Taken][]): Promise<void> {
    if (!(await this.store.isLoaded(organizationId))) {
      this.waitForCounters(organizationId, holds);
      return;
    }
    this.unloadedSince.delete(organizationId);
    for (const [hold, final] of holds) await this.attempt('settled', () => this.settleAgain(hold, final));
  }

  /** Whoever loads them asks for these holds. If nobody ever does, they must not be kept for ever. */
  private waitForCounters(organizationId: string, holds: readonly [RequestHold, Taken][]): void {
    const now = this.clock.monotonic();
    const since = this.unloadedSince.get(organizationId) ?? now;
    this.unloadedSince.set(organizationId, since);
    if (now - since <= UNLOADED_MS) return;
    for (const [hold, final] of holds) {
      this.unsettled.delete(hold);
      this.metrics.holdOutcome(fateOf(final));
    }
  }

  private async attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.warn(`Holds could not be ${what}: ${messageOf(error)}`);
    }
  }

  private async settleAgain(hold: RequestHold, final: Taken): Promise<void> {
    await hold.settle(final);
    this.unsettled.delete(hold);
    this.metrics.holdOutcome(fateOf(final));
    this.queue.freed(hold.organizationId);
  }

  private async renewOld(): Promise<void> {
    const now = this.clock.now();
    const renewAfterMs = this.holdMs / 4;
    for (const hold of this.live) {
      if (now - hold.heldAtMs >= renewAfterMs) await hold.renew(now);
    }
  }

  private async expireOverdue(): Promise<void> {
    const now = this.clock.now();
    for (const organizationId of await this.store.organizationsWithHolds()) {
      const expired = await this.store.expireDue(organizationId, now, EXPIRY_BATCH);
      if (expired.length === 0) continue;
      this.metrics.holdsExpired(expired.length);
      this.logger.warn(
        `${expired.length} holds of ${organizationId} expired and were charged at their estimate`,
      );
      await this.tellExpired?.(organizationId, expired);
    }
  }
}

function fateOf(final: Taken): 'released' | 'settled' {
  return final.costNanoUsd === 0n ? 'released' : 'settled';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure';
}
