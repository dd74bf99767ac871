import type { Caller } from '../../../src/access/caller';
import { SystemClock } from '../../../src/common/clock';
import type { BudgetTarget, SetBudget } from '../../../src/cost/budgets/budget';
import { BudgetBook } from '../../../src/cost/budgets/budget-book';
import { budgetsOf, type CallerBudget } from '../../../src/cost/budgets/budget-lines';
import { BudgetRepository } from '../../../src/cost/budgets/budget.repository';
import { CallerBudgets } from '../../../src/cost/budgets/caller-budgets';
import { OrganizationBudgets } from '../../../src/cost/budgets/organization-budgets';
import { RequestBudgets } from '../../../src/cost/budgets/request-budgets';
import { CostConfig } from '../../../src/cost/cost.config';
import { BudgetAdmission } from '../../../src/cost/holds/budget-admission';
import { HoldTaker } from '../../../src/cost/holds/hold-taker';
import { HoldKeeper } from '../../../src/cost/holds/hold-keeper';
import { RefusalReporter } from '../../../src/cost/holds/refusal-reporter';
import { RoomQueue } from '../../../src/cost/holds/room-queue';
import { loadConfig } from '../../../src/platform/config/load-config';
import { InProcessPubSub } from '../../../src/platform/pub-sub/in-process-pub-sub';
import { CallerRates } from '../../../src/quota/caller-rates';
import { RateLimitsConfig } from '../../../src/quota/rate-limits.config';
import type { QuotaStore } from '../../../src/quota/quota-store';
import { budget, caller, MemoryKeyBudgets, silentMetrics } from '../../support/cost-kit';

const USD = 1_000_000_000n;
const LEVELS = ['organization', 'project', 'user', 'api_key'] as const;
const WINDOWS = ['daily', 'weekly', 'monthly', 'yearly'] as const;

export const MODELS: readonly BudgetTarget[] = [
  { provider: 'demo', model: 'demo-small' },
  { provider: 'demo', model: 'demo-premium' },
  { provider: 'other', model: 'big' },
];

/** Four users with a key each, in two projects. */
export function callersOf(organizationId: string): readonly Caller[] {
  return [1, 2, 3, 4].map((number) =>
    caller({
      organizationId,
      userId: `usr_${number}`,
      apiKeyId: `key_${number}`,
      projectId: `prj_${number % 2}`,
    }),
  );
}

/** Random limits on every level, some for one provider or model, tight enough that many requests are refused. */
export function randomBudgets(
  organizationId: string,
  random: { pick<T>(items: readonly T[]): T; integer(limit: number): number },
): readonly SetBudget[] {
  const ids = {
    organization: [organizationId],
    project: ['prj_0', 'prj_1'],
    user: ['usr_1', 'usr_2'],
    api_key: ['key_3'],
  };
  return Array.from({ length: 8 }, () => {
    const level = random.pick(LEVELS);
    const model = random.pick([null, null, 'demo-small', 'big']);
    return budget({
      organizationId,
      scope: { level, id: random.pick(ids[level]) },
      window: random.pick(WINDOWS),
      provider: random.pick([null, null, 'demo']),
      model: model === 'big' ? null : model,
      limitNanoUsd: BigInt(2 + random.integer(40)) * USD,
    });
  });
}

class FixedBudgets extends BudgetRepository {
  constructor(private readonly fixed: readonly SetBudget[]) {
    super(undefined as never);
  }

  override list(): Promise<readonly SetBudget[]> {
    return Promise.resolve(this.fixed);
  }
}

/** Admission as the service has it, on a given store and given budgets. */
export class AccountingKit {
  readonly clock = new SystemClock();
  readonly config = loadConfig([CostConfig], {
    DEFAULT_DAILY_BUDGET: '30',
    DEFAULT_MONTHLY_BUDGET: '60',
    BUDGET_WAIT_MS: '300',
  }).get(CostConfig);
  readonly keeper: HoldKeeper;
  readonly admission: BudgetAdmission;

  constructor(
    readonly store: QuotaStore,
    private readonly budgets: readonly SetBudget[],
  ) {
    const metrics = silentMetrics();
    const queue = new RoomQueue(this.config, metrics);
    const lender = { lend: () => Promise.resolve(undefined) };
    this.keeper = new HoldKeeper(store, this.clock, this.config, metrics, queue, lender as never);
    const book = new BudgetBook(
      new FixedBudgets(budgets),
      new MemoryKeyBudgets(),
      new InProcessPubSub(),
      this.clock,
    );
    const loader = { load: () => Promise.reject(new Error('the organization is loaded')) };
    this.admission = new BudgetAdmission(
      new CallerBudgets(
        book,
        this.config,
        new CallerRates(loadConfig([RateLimitsConfig], {}).get(RateLimitsConfig)),
      ),
      new HoldTaker(
        loader as never,
        { recall: () => Promise.resolve(false) } as never,
        { note: () => undefined } as never,
        this.clock,
      ),
      this.keeper,
      queue,
      new RefusalReporter(metrics, { record: () => Promise.resolve() }),
      this.clock,
    );
  }

  /** Every budget a call counts on. */
  linesOf(who: Caller, target: BudgetTarget): readonly CallerBudget[] {
    const all = budgetsOf(who, new OrganizationBudgets(this.budgets), {
      config: this.config,
      nowMs: this.clock.now(),
    });
    return new RequestBudgets(all).for(target);
  }

  /** Every enforced counter anybody can move, with its limit. */
  limits(callers: readonly Caller[]): ReadonlyMap<string, bigint> {
    const lines = callers.flatMap((who) => MODELS.flatMap((target) => this.linesOf(who, target)));
    return new Map(lines.map(({ counter, limitNanoUsd }) => [counter, limitNanoUsd]));
  }
}
