import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { QuotaStore } from '../../quota/quota-store';
import type { Budget } from './budget';
import { counterName, currentWindow } from './budget-counter';
import { LeaseRecords } from '../leases/lease-records';
import { LedgerCounters, type CountedOrganization } from './ledger-counters';

/** Gives the counter of a budget that is set in a running window what was spent before. */
@Injectable()
export class BudgetOpening {
  private readonly logger = new Logger(BudgetOpening.name);

  constructor(
    private readonly store: QuotaStore,
    private readonly counters: LedgerCounters,
    private readonly leases: LeaseRecords,
    private readonly clock: Clock,
  ) {}

  /** Does nothing for an organization without counters: loading them will count for this budget, too. */
  async open(organization: CountedOrganization, budget: Budget): Promise<void> {
    const counter = counterName(
      budget,
      currentWindow(budget.window, this.clock.now(), organization.timeZone),
    );
    try {
      if (!(await this.store.isLoaded(organization.organizationId))) return;
      const leases = this.store.isShared ? await this.leases.of(organization.organizationId) : [];
      // What counts on this counter by a lease counts when that is settled.
      const counted = leases.filter(({ counters }) => counters.some((line) => line.counter === counter));
      const withoutHolds = counted.map(({ id }) => id);
      const seeds = await this.counters.read(organization, { withoutHolds });
      await this.store.raise(
        organization.organizationId,
        seeds.filter((seed) => seed.counter === counter),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown failure';
      this.logger.warn(
        `Budget ${budget.id} counts from now on only, until the counters are compared: ${reason}`,
      );
    }
  }
}
