import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { QuotaStore } from '../../quota/quota-store';
import { LedgerCounters, type CountedOrganization } from '../budgets/ledger-counters';
import { HoldKeeper } from './hold-keeper';

/**
 * Opens an organization after the quota store lost its counters (fresh in-process store, flushed or
 * replaced Redis): with what the ledger says, and the holds of this process's running requests.
 */
@Injectable()
export class CounterLoader {
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly store: QuotaStore,
    private readonly counters: LedgerCounters,
    private readonly keeper: HoldKeeper,
    private readonly clock: Clock,
  ) {}

  /** Loads the counters; concurrent calls for one organization share the work. */
  load(organization: CountedOrganization): Promise<void> {
    const { organizationId } = organization;
    const known = this.running.get(organizationId);
    if (known) return known;
    const work = this.loadNow(organization).finally(() => this.running.delete(organizationId));
    this.running.set(organizationId, work);
    return work;
  }

  private async loadNow(organization: CountedOrganization): Promise<void> {
    const { organizationId } = organization;
    const now = this.clock.now();
    await this.store.load(organizationId, await this.counters.read(organization));
    for (const hold of this.keeper.liveHolds) {
      if (hold.organizationId === organizationId) await hold.repost(now);
    }
  }
}
