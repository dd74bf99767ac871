import { Injectable, Logger } from '@nestjs/common';
import { QuotaStore, type LiveHold } from '../../quota/quota-store';
import { MetricsService } from '../../telemetry/metrics.service';
import { LedgerCounters, type CountedOrganization } from '../budgets/ledger-counters';
import { LeaseRecords } from '../leases/lease-records';
import type { Contribution } from './contribution';
import { RebuildExchange } from './rebuild-exchange';
import { ReplicaContribution } from './replica-contribution';

/** Whoever has the lease renews it when it is back; else it is charged, and corrected by what the ledger gets. */
const UNANSWERED_MS = 120_000;

/**
 * Opens an organization after the quota store lost its counters (fresh in-process store, flushed,
 * restarted or replaced Redis): with what the ledger says, what replicas have not got into it yet, and
 * the holds of running requests of all living replicas. Until then nothing of it is admitted.
 */
@Injectable()
export class CounterLoader {
  private readonly logger = new Logger(CounterLoader.name);
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly store: QuotaStore,
    private readonly counters: LedgerCounters,
    private readonly own: ReplicaContribution,
    private readonly exchange: RebuildExchange,
    private readonly leases: LeaseRecords,
    private readonly metrics: MetricsService,
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
    const contributions = this.store.isShared
      ? await this.exchange.collect(organizationId)
      : [await this.own.of(organizationId)];
    const holds = [
      ...contributions.flatMap((contribution) => contribution.holds),
      ...(await this.leasesOfOthers(organizationId, contributions)),
    ];
    const seeds = await this.counters.read(organization, {
      rows: contributions.flatMap((contribution) => contribution.rows),
      withoutHolds: holds.map(({ holdId }) => holdId),
    });
    const first = await this.store.load(organizationId, seeds, holds);
    if (!first) return;
    this.metrics.countersRebuilt();
    this.logger.log(
      `Counters of ${organizationId} rebuilt: ${seeds.length} counters, ${holds.length} running holds`,
    );
  }

  /** Of replicas that did not answer, because they are dead or cut off: they may be spending all of it. */
  private async leasesOfOthers(
    organizationId: string,
    contributions: readonly Contribution[],
  ): Promise<readonly LiveHold[]> {
    if (!this.store.isShared) return [];
    const answered = new Set(contributions.map(({ owner }) => owner));
    const leases = await this.leases.of(organizationId);
    return leases.flatMap(({ id: holdId, owner, amountNanoUsd, counters }) => {
      if (owner === null || answered.has(owner)) return [];
      return [{ holdId, amountNanoUsd, counters, expiresAtMs: Date.now() + UNANSWERED_MS, note: '' }];
    });
  }
}
