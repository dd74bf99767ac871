import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { QuotaStore } from '../../quota/quota-store';
import { LeaseRecords, type OwnerlessLease } from './lease-records';

const ROUND_MS = 5_000;
const PER_ROUND = 100;

/** Settles leases of dead processes with what the ledger has under them, once it has all of it. */
@Injectable()
export class OwnerlessLeases implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(OwnerlessLeases.name);
  private timer: NodeJS.Timeout | undefined;
  private lastId = '';

  constructor(
    private readonly store: QuotaStore,
    private readonly records: LeaseRecords,
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
    const leases = await this.records.ownerless(this.lastId, PER_ROUND);
    this.lastId = leases.length < PER_ROUND ? '' : (leases.at(-1)?.id ?? '');
    for (const lease of leases) await this.settle(lease);
  }

  private async settle(lease: OwnerlessLease): Promise<void> {
    const { id: holdId, organizationId } = lease;
    if (!(await this.store.isLoaded(organizationId))) return;
    const actualNanoUsd = await this.records.spentUnder(lease);
    const outcome = await this.store.settle({ organizationId, holdId, actualNanoUsd, actualTokens: 0 });
    if (outcome !== 'not_loaded') await this.records.remove(holdId);
  }
}
