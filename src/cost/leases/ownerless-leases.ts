import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { QuotaStore } from '../../quota/quota-store';
import { LeaseRecords } from './lease-records';

const ROUND_MS = 5_000;

/** Settles leases of dead processes with what the ledger has under them, once it has all of it. */
@Injectable()
export class OwnerlessLeases implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(OwnerlessLeases.name);
  private timer: NodeJS.Timeout | undefined;

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

  /** Any number of processes may do it at once: settling counts once. */
  async settleAll(): Promise<void> {
    for (const { id: holdId, organizationId, spentNanoUsd } of await this.records.ownerless()) {
      const outcome = await this.store.settle({
        organizationId,
        holdId,
        actualNanoUsd: spentNanoUsd,
        actualTokens: 0,
      });
      if (outcome !== 'not_loaded') await this.records.remove(holdId);
    }
  }
}
