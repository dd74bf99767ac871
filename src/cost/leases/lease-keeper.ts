import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { QuotaStore } from '../../quota/quota-store';
import { MetricsService } from '../../telemetry/metrics.service';
import { CostConfig } from '../cost.config';
import { Lease } from './lease';
import { LeaseBook, type Candidate } from './lease-book';
import { LeaseRecords } from './lease-records';

const ROUND_MS = 1_000;
const MAX_PER_ROUND = 20;
const MAX_LEASES = 500;
/** A lease is given back and taken anew after so long. */
const MAX_AGE_MS = 15 * 60_000;
/** After a lease was refused none is asked for on the same budget for so long. */
const REFUSED_PAUSE_MS = 30_000;
/** Counters nobody has asked for so long are loaded from the ledger some day, which has what was spent by then. */
const UNLOADED_MS = 600_000;
const TOUCH_MS = 60_000;

/** Takes leases in the background, keeps them alive, and ends them in the store once nobody needs them. */
@Injectable()
export class LeaseKeeper implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LeaseKeeper.name);
  private readonly taking = new Map<Lease, Promise<void>>();
  private readonly ending = new Map<Lease, Promise<void>>();
  private readonly ended = new Set<string>();
  private rounds: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private touchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: QuotaStore,
    private readonly book: LeaseBook,
    private readonly records: LeaseRecords,
    private readonly config: CostConfig,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
  ) {}

  onModuleInit(): void {
    if (this.isOn) this.timer = setInterval(() => void this.round(), ROUND_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    if (this.timer === undefined) return;
    await this.rounds;
    for (const lease of this.book.openLeases) this.book.close(lease);
    await this.endClosed()
      .then(() => this.removeEnded())
      .catch(() => this.leaveUnused());
  }

  /** Call when a request was admitted by the store. */
  note(request: Parameters<LeaseBook['note']>[0]): void {
    if (this.isOn) this.book.note(request);
  }

  /** One look at all leases. While the store is away nothing changes; never rejects. */
  round(): Promise<void> {
    this.rounds ??= this.look()
      .catch((error: unknown) => this.logger.debug(`Leases have to wait: ${messageOf(error)}`))
      .finally(() => (this.rounds = undefined));
    return this.rounds;
  }

  /** Gives back what is leased on a counter, as far as no request runs on it; resolves when the store has it. */
  async giveBack(organizationId: string, counter: string, pauseMs: number): Promise<void> {
    this.book.pause(organizationId, counter, pauseMs);
    const closed = this.book.closeAll(organizationId, counter);
    await Promise.all(
      closed.map(async (lease) => {
        await this.taking.get(lease);
        await this.end(lease);
      }),
    );
  }

  private async look(): Promise<void> {
    this.sayAlive();
    this.book.forgetIdle();
    try {
      await this.endClosed();
      for (const lease of this.book.openLeases) await this.lookAt(lease);
      // Last, because a database that is away must keep no lease from being renewed: it would be charged.
      await this.removeEnded();
      await this.takeSome();
    } finally {
      this.metrics.leased(this.book.openLeases.map(({ terms }) => terms.amountNanoUsd));
    }
  }

  private async lookAt(lease: Lease): Promise<void> {
    const { id, organizationId, takenAtMs } = lease.terms;
    const now = this.clock.monotonic();
    if (lease.isUsed || now - takenAtMs > MAX_AGE_MS || this.book.isUnwanted(lease)) {
      // Only a store that answers may have it back; until then requests are admitted from it.
      await this.store.isLoaded(organizationId);
      this.book.close(lease);
      await this.end(lease);
    } else if (now - lease.renewedAtMs >= this.holdMs / 4) {
      if (await this.store.renew(organizationId, id, this.clock.now() + this.holdMs)) lease.renewedAtMs = now;
      else this.book.close(lease);
    }
  }

  /** Also while the store is away, and without waiting for the database, which may be away, too. */
  private sayAlive(): void {
    const now = this.clock.monotonic();
    if (this.book.count === 0 || now - this.touchedAtMs < TOUCH_MS) return;
    this.touchedAtMs = now;
    this.records.touch().catch(() => (this.touchedAtMs = Number.NEGATIVE_INFINITY));
  }

  private async takeSome(): Promise<void> {
    // Without an outbox nobody could tell later what was spent.
    if (this.records.ownerId === '') return;
    const room = Math.min(MAX_PER_ROUND, MAX_LEASES - this.book.count);
    for (const candidate of this.book.wanting().slice(0, Math.max(0, room))) await this.takeFor(candidate);
  }

  private async takeFor(candidate: Candidate): Promise<void> {
    const { organizationId, lines } = candidate;
    const lease = new Lease({
      id: newId('lease', this.clock.now()),
      organizationId,
      lines,
      amountNanoUsd: this.book.amountFor(candidate),
      takenAtMs: this.clock.monotonic(),
    });
    this.book.begin(lease);
    const work = this.take(lease).finally(() => this.taking.delete(lease));
    this.taking.set(
      lease,
      work.catch(() => undefined),
    );
    await work;
  }

  /** Written down first: whoever rebuilds the counters without us finds it. */
  private async take(lease: Lease): Promise<void> {
    const { id: holdId, organizationId, lines: budgets, amountNanoUsd } = lease.terms;
    try {
      await this.records.add(lease);
      const expiresAtMs = this.clock.now() + this.holdMs;
      const request = { organizationId, holdId, budgets, amountNanoUsd, expiresAtMs, note: '' };
      const outcome = await this.store.lease(request);
      if (outcome.kind === 'held') {
        this.book.opened(lease);
        return;
      }
      if (outcome.kind === 'over_budget')
        this.book.pause(organizationId, outcome.line.counter, REFUSED_PAUSE_MS);
      await this.forget(lease);
    } catch (error) {
      // Whether the store has it is not known: it is ended like one that was given.
      this.book.close(lease);
      throw error;
    }
  }

  private async removeEnded(): Promise<void> {
    for (const id of this.ended) {
      await this.records.remove(id);
      this.ended.delete(id);
    }
  }

  /** At the end of the process, when the store cannot be told: whoever finds it back settles what nobody has spent from. */
  private async leaveUnused(): Promise<void> {
    const unused = this.book.closedLeases.filter((lease) => !lease.isUsed).map(({ id }) => id);
    await this.records.release(unused).catch(() => undefined);
  }

  private async endClosed(): Promise<void> {
    for (const lease of this.book.closedLeases) if (!this.taking.has(lease)) await this.end(lease);
  }

  /** Ends a closed lease in the store, or, while requests run on it, gives back what they cannot need. */
  private end(lease: Lease): Promise<void> {
    const running = this.ending.get(lease);
    if (running) return running;
    const work = this.endNow(lease).finally(() => this.ending.delete(lease));
    this.ending.set(lease, work);
    return work;
  }

  private async endNow(lease: Lease): Promise<void> {
    const { id: holdId, organizationId } = lease.terms;
    if (lease.isRunning) {
      await this.store.shrink(organizationId, holdId, lease.usedNanoUsd);
      await this.store.renew(organizationId, holdId, this.clock.now() + this.holdMs);
      return;
    }
    const actualNanoUsd = lease.usedNanoUsd;
    const outcome = await this.store.settle({ organizationId, holdId, actualNanoUsd, actualTokens: 0 });
    // What was spent has to be counted first. Without anything spent a rebuild knows nothing of it anyway.
    if (outcome === 'not_loaded' && lease.isUsed && !this.isHopeless(lease)) return;
    await this.forget(lease);
  }

  /** Nobody may ever ask for its counters again, and it must not be kept for ever. */
  private isHopeless(lease: Lease): boolean {
    const now = this.clock.monotonic();
    lease.unloadedSinceMs ??= now;
    return now - lease.unloadedSinceMs > UNLOADED_MS;
  }

  /** It has ended in the store; what the database cannot be told now it is told in a later round. */
  private async forget(lease: Lease): Promise<void> {
    this.book.drop(lease);
    this.ended.add(lease.id);
    await this.records.remove(lease.id).then(
      () => this.ended.delete(lease.id),
      () => undefined,
    );
  }

  /** Elsewhere nothing is ever leased, so nobody has to be remembered for it. */
  private get isOn(): boolean {
    return this.store.isShared && this.config.onStoreLoss === 'lease';
  }

  private get holdMs(): number {
    return this.config.holdSeconds * 1000;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure';
}
