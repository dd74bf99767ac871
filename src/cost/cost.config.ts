import type { NanoUsd } from '../common/money';
import { Setting } from '../platform/config/setting';
import { choice, integer, usd } from '../platform/config/setting-types';

/** Budgets every user has unless other ones are set, and how holds behave. */
export class CostConfig {
  static readonly section = 'Cost and budgets';

  @Setting({
    env: 'DEFAULT_DAILY_BUDGET',
    type: usd(),
    default: 10_000_000_000n,
    describe: 'USD a user may spend per calendar day in the time zone of the organization.',
  })
  readonly dailyBudget: NanoUsd;

  @Setting({
    env: 'DEFAULT_MONTHLY_BUDGET',
    type: usd(),
    default: 100_000_000_000n,
    describe: 'USD a user may spend per calendar month in the time zone of the organization.',
  })
  readonly monthlyBudget: NanoUsd;

  @Setting({
    env: 'MAX_TOKENS_DEFAULT',
    type: integer({ min: 1, max: 1_000_000 }),
    default: 4_096,
    describe:
      'Output limit in tokens sent to the vendor when the client gives none (never above the maximum of the model). It bounds what a request can cost.',
  })
  readonly maxTokensDefault: number;

  @Setting({
    env: 'BUDGET_HOLD_SECONDS',
    type: integer({ min: 10, max: 86_400 }),
    default: 120,
    describe:
      'How long money stays reserved for a request whose process died before it is charged as spent. Living processes renew the reservations of long streams.',
  })
  readonly holdSeconds: number;

  @Setting({
    env: 'BUDGET_WAIT_MS',
    type: integer({ min: 0, max: 60_000 }),
    default: 2_000,
    describe:
      'How long a request waits for money that running requests hold and will give back, before it is refused. 0 means not at all.',
  })
  readonly budgetWaitMs: number;

  @Setting({
    env: 'BUDGET_DRIFT_SECONDS',
    type: integer({ min: 0, max: 86_400 }),
    default: 60,
    describe:
      'Pause between two comparisons of the budget counters with the ledger, for organizations with requests. 0 means never.',
  })
  readonly driftSeconds: number;

  @Setting({
    env: 'BUDGET_ON_STORE_LOSS',
    type: choice(['lease', 'closed']),
    default: 'lease',
    describe:
      'What happens to requests while Redis cannot be reached. lease: each replica sets a share of the budgets in use aside beforehand and admits requests from it, then answers 503. closed: 503 at once.',
  })
  readonly onStoreLoss: 'lease' | 'closed';

  @Setting({
    env: 'BUDGET_LEASE_PERCENT',
    type: integer({ min: 1, max: 20 }),
    default: 2,
    describe:
      'Per cent of what is left of the tightest budget that a replica sets aside for a kind of request (BUDGET_ON_STORE_LOSS=lease). All of them together set aside at most a quarter of what is left.',
  })
  readonly leasePercent: number;

  @Setting({
    env: 'RATE_LIMIT_TOKENS_PER_MINUTE',
    type: integer({ min: 0, max: 1_000_000_000 }),
    default: 0,
    describe:
      'Tokens per minute and API key, reserved before a call and corrected after it. 0 means no limit.',
  })
  readonly tokensPerMinute: number;
}
