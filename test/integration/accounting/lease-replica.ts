import type { Caller } from '../../../src/access/caller';
import type { Clock } from '../../../src/common/clock';
import type { NanoUsd } from '../../../src/common/money';
import { BudgetBook } from '../../../src/cost/budgets/budget-book';
import { BudgetRepository } from '../../../src/cost/budgets/budget.repository';
import { CallerBudgets } from '../../../src/cost/budgets/caller-budgets';
import { CostConfig } from '../../../src/cost/cost.config';
import { BudgetAdmission } from '../../../src/cost/holds/budget-admission';
import { HoldKeeper } from '../../../src/cost/holds/hold-keeper';
import { HoldTaker } from '../../../src/cost/holds/hold-taker';
import { RefusalReporter } from '../../../src/cost/holds/refusal-reporter';
import type { RequestHold } from '../../../src/cost/holds/request-hold';
import { RoomQueue } from '../../../src/cost/holds/room-queue';
import { LeaseBook } from '../../../src/cost/leases/lease-book';
import { LeaseKeeper } from '../../../src/cost/leases/lease-keeper';
import { LeaseLender } from '../../../src/cost/leases/lease-lender';
import { LeaseRecall } from '../../../src/cost/leases/lease-recall';
import { OwnerlessLeases } from '../../../src/cost/leases/ownerless-leases';
import { CounterLoader } from '../../../src/cost/rebuild/counter-loader';
import { RebuildExchange } from '../../../src/cost/rebuild/rebuild-exchange';
import { ReplicaContribution } from '../../../src/cost/rebuild/replica-contribution';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { loadConfig } from '../../../src/platform/config/load-config';
import { CallerRates } from '../../../src/quota/caller-rates';
import type { CounterSeed } from '../../../src/quota/quota-store';
import { RateLimitsConfig } from '../../../src/quota/rate-limits.config';
import { RateShares } from '../../../src/quota/rate-shares';
import { budget, silentMetrics } from '../../support/cost-kit';
import { MemoryLeases, type LeaseTable } from '../../support/memory-leases';
import { LinkedPubSub, LinkedStore, type Link } from './linked-store';

export const LEASE_SETTINGS = {
  DEFAULT_DAILY_BUDGET: '0.0008',
  DEFAULT_MONTHLY_BUDGET: '0.001',
  BUDGET_WAIT_MS: '0',
  BUDGET_LEASE_PERCENT: '10',
};
export const ORGANIZATION_LIMIT = 1_300_000n;
export const TARGET = { provider: 'demo', model: 'demo-small' };

class OneBudget extends BudgetRepository {
  constructor() {
    super(undefined as never);
  }

  override list(organizationId: string) {
    const scope = { level: 'organization', id: organizationId } as const;
    return Promise.resolve([budget({ organizationId, scope, limitNanoUsd: ORGANIZATION_LIMIT })]);
  }
}

/** What the replicas of one run share beside the counters. */
export interface Surroundings {
  readonly clock: Clock;
  readonly leases: LeaseTable;
  /** The ledger's sums, with rows that are not in it yet and without those under some holds. */
  readonly sum: (rows: readonly UsageRow[], withoutHolds: readonly string[]) => readonly CounterSeed[];
  readonly peersOf: (replica: LeaseReplica) => readonly string[];
}

/** Admission, leases and rebuilding of one process, as the service has them. */
export class LeaseReplica {
  readonly running = new Map<RequestHold, { readonly caller: Caller; readonly worst: NanoUsd }>();
  /** Calls that are not in the ledger yet. */
  unshipped: UsageRow[] = [];
  readonly keeper: HoldKeeper;
  readonly admission: BudgetAdmission;
  readonly loader: CounterLoader;
  readonly leases: LeaseKeeper;
  readonly book: LeaseBook;
  readonly ownerless: OwnerlessLeases;
  readonly records: MemoryLeases;
  private readonly starting: Promise<unknown>;

  constructor(
    readonly name: string,
    readonly link: Link,
    around: Surroundings,
  ) {
    const { clock } = around;
    const config = loadConfig([CostConfig], LEASE_SETTINGS).get(CostConfig);
    const metrics = silentMetrics();
    const store = new LinkedStore(link);
    const pubSub = new LinkedPubSub(link);
    const peers = (): readonly string[] => around.peersOf(this);
    const roster = {
      ownId: name,
      completeInMs: 0,
      lastKnownCount: 3,
      get peers() {
        return peers();
      },
    } as never;
    const rates = new CallerRates(loadConfig([RateLimitsConfig], {}).get(RateLimitsConfig));
    this.records = new MemoryLeases(around.leases, name);
    this.book = new LeaseBook(clock, config);
    this.leases = new LeaseKeeper(store, this.book, this.records, config, clock, metrics);
    this.ownerless = new OwnerlessLeases(store, this.records, clock);
    const queue = new RoomQueue(config, metrics);
    const lender = new LeaseLender(store, this.book, new RateShares(clock, roster, rates), config, metrics);
    this.keeper = new HoldKeeper(store, clock, config, metrics, queue, lender);
    const own = new ReplicaContribution(this.keeper, this.shipper(), this.book, this.records);
    const exchange = new RebuildExchange(pubSub, roster, own, clock);
    const counters = {
      read: (_: unknown, { rows = [], withoutHolds = [] }: { rows?: UsageRow[]; withoutHolds?: string[] }) =>
        Promise.resolve(around.sum(rows, withoutHolds)),
    };
    this.loader = new CounterLoader(store, counters as never, own, exchange, this.records, metrics);
    const recalls = new LeaseRecall(pubSub, roster, this.leases, clock, metrics);
    this.admission = new BudgetAdmission(
      new CallerBudgets(
        new BudgetBook(new OneBudget(), { list: () => Promise.resolve([]) } as never, pubSub, clock),
        config,
        rates,
      ),
      new HoldTaker(this.loader, recalls, this.leases, clock),
      this.keeper,
      queue,
      new RefusalReporter(metrics, { record: () => Promise.resolve() }),
      clock,
    );
    this.starting = Promise.all([exchange.onModuleInit(), recalls.onModuleInit()]);
  }

  /** Everything that happens by itself every now and then. */
  async tick(): Promise<void> {
    await this.starting;
    await this.keeper.tick();
    await this.leases.round();
    await this.ownerless.settleAll().catch(() => undefined);
  }

  private shipper(): ConstructorParameters<typeof ReplicaContribution>[1] {
    const lines = async function* (this: LeaseReplica) {
      await Promise.resolve();
      for (const row of this.unshipped) yield { payload: { ...row } };
    };
    return { unrecordedLines: lines.bind(this) } as never;
  }
}
