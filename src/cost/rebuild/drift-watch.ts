import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { QuotaStore, type CounterSeed, type CounterState } from '../../quota/quota-store';
import { MetricsService } from '../../telemetry/metrics.service';
import { CallerBudgets } from '../budgets/caller-budgets';
import { LedgerCounters, type CountedOrganization } from '../budgets/ledger-counters';
import { CostConfig } from '../cost.config';
import { LeaseRecords } from '../leases/lease-records';

/** Keys without limits of their own have counters that nobody moves; they are brought up to date here and are no drift. */
const UNWATCHED = 'api_key/';

/**
 * Compares the counters of organizations in use with the ledger. Only a counter on which nothing is
 * reserved and nothing moved meanwhile is compared. What the ledger has and the counter lacks (settles of an old
 * generation, calls of a process that died, a budget set while calls were running) is added; what
 * the counter has and the ledger lacks (holds charged at their estimate, calls on their way) is only shown.
 */
@Injectable()
export class DriftWatch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(DriftWatch.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: QuotaStore,
    private readonly counters: LedgerCounters,
    private readonly leases: LeaseRecords,
    private readonly callers: CallerBudgets,
    private readonly config: CostConfig,
    private readonly metrics: MetricsService,
  ) {}

  onModuleInit(): void {
    if (this.config.driftSeconds === 0) return;
    this.timer = setInterval(() => void this.round(), this.config.driftSeconds * 1_000).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Looks at every organization that has had a request since the last round. */
  async round(): Promise<void> {
    let worst = 0n;
    for (const organization of this.callers.takeActive()) {
      try {
        const drift = await this.check(organization);
        if (drift > worst) worst = drift;
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown failure';
        this.logger.warn(`Counters of ${organization.organizationId} could not be compared: ${reason}`);
      }
    }
    this.metrics.counterDrift(worst);
  }

  /** The greatest distance found, in nano-USD. */
  async check(organization: CountedOrganization): Promise<bigint> {
    const { organizationId } = organization;
    if (!(await this.store.isLoaded(organizationId))) return 0n;
    const first = await this.read(organization);
    const names = first.map(({ counter }) => counter);
    const before = await this.store.readCounters(organizationId, names);
    const seeds = await this.read(organization);
    const after = await this.store.readCounters(organizationId, names);
    const quiet = seeds.flatMap((seed) => comparable(seed, before, after) ?? []);
    const behind = quiet.filter(({ seed, spent }) => seed.spentNanoUsd > spent).map(({ seed }) => seed);
    if (behind.length > 0) await this.store.raise(organizationId, behind);
    const watched = quiet.filter(({ seed }) => !seed.counter.startsWith(UNWATCHED));
    const worst = watched.map(({ seed, spent }) => distance(seed.spentNanoUsd, spent)).reduce(larger, 0n);
    if (worst > 0n)
      this.logger.warn(`Counters of ${organizationId} and the ledger differ by up to ${worst} nano-USD`);
    return worst;
  }

  /** Calls under a lease count when it is settled. */
  private async read(organization: CountedOrganization): Promise<readonly CounterSeed[]> {
    const leases = this.store.isShared ? await this.leases.of(organization.organizationId) : [];
    return this.counters.read(organization, { withoutHolds: leases.map(({ id }) => id) });
  }
}

function comparable(
  seed: CounterSeed,
  before: readonly CounterState[],
  after: readonly CounterState[],
): { seed: CounterSeed; spent: bigint } | undefined {
  const [one, other] = [before, after].map((states) =>
    states.find(({ counter }) => counter === seed.counter),
  );
  if (!one || !other || isReserved(one) || isReserved(other)) return undefined;
  return one.spentNanoUsd === other.spentNanoUsd ? { seed, spent: other.spentNanoUsd } : undefined;
}

/** What is only leased moves nothing. */
function isReserved({ heldNanoUsd, leasedNanoUsd }: CounterState): boolean {
  return heldNanoUsd !== leasedNanoUsd;
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
