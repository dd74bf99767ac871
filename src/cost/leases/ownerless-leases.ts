import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { QuotaStore } from '../../quota/quota-store';
import { LeaseRecords, type OwnerlessLease } from './lease-records';

const ROUND_MS = 5_000;
const PER_ROUND = 100;
/** After an absence of the store or the database living owners settle their leases themselves, and say that they live. */
const GRACE_MS = 300_000;

/** Settles leases of dead processes with what the ledger has under them, once it has all of it. */
@Injectable()
export class OwnerlessLeases implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(OwnerlessLeases.name);
  private timer: NodeJS.Timeout | undefined;
  private lastId = '';
  /** Since when store and database have answered. */
  private answeringSinceMs: number | undefined;

  constructor(
    private readonly store: QuotaStore,
    private readonly records: LeaseRecords,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    if (!this.store.isShared) return;
    this.timer = setInterval(() => {
      this.settleAll().catch((error: unknown) => this.logger.debug({ err: error }, 'leases have to wait'));
    }, ROUND_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * Any number of processes may do it at once: settling counts once. Each call goes on where the one before stopped, because a lease
   * of an organization nobody asks for, whose counters are not loaded, has to wait and must keep no other one waiting.
   */
  async settleAll(): Promise<void> {
    try {
      const leases = await this.records.ownerless(this.lastId, PER_ROUND);
      this.lastId = leases.length < PER_ROUND ? '' : (leases.at(-1)?.id ?? '');
      for (const lease of leases) await this.lookAt(lease);
      this.answeringSinceMs ??= this.clock.monotonic();
    } catch (error) {
      this.answeringSinceMs = undefined;
      throw error;
    }
  }

  private async lookAt(lease: OwnerlessLease): Promise<void> {
    const { id: holdId, organizationId, owner } = lease;
    if (!(await this.store.isLoaded(organizationId))) return;
    // With an owner of its own it is only one that was not heard of for long.
    if (owner !== null && !this.hasAnsweredLong) return;
    const actualNanoUsd = await this.records.spentUnder(lease);
    const outcome = await this.store.settle({ organizationId, holdId, actualNanoUsd, actualTokens: 0 });
    if (outcome !== 'not_loaded') await this.records.remove(holdId);
  }

  private get hasAnsweredLong(): boolean {
    const now = this.clock.monotonic();
    return now - (this.answeringSinceMs ?? now) >= GRACE_MS;
  }
}
