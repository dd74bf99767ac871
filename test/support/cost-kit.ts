import type { AuditEvent, AuditLog } from '../../src/access/audit-log';
import type { Caller } from '../../src/access/caller';
import { newId } from '../../src/common/ids';
import type { NanoUsd } from '../../src/common/money';
import type { Budget, SetBudget } from '../../src/cost/budgets/budget';
import { BudgetBook } from '../../src/cost/budgets/budget-book';
import { BudgetRepository } from '../../src/cost/budgets/budget.repository';
import { KeyBudgetsQuery } from '../../src/cost/budgets/key-budgets.query';
import { CallerBudgets } from '../../src/cost/budgets/caller-budgets';
import { LedgerCounters } from '../../src/cost/budgets/ledger-counters';
import { CostConfig } from '../../src/cost/cost.config';
import { BudgetAdmission, type AdmissionRequest } from '../../src/cost/holds/budget-admission';
import { CounterLoader } from '../../src/cost/rebuild/counter-loader';
import { HoldTaker } from '../../src/cost/holds/hold-taker';
import { LeaseBook } from '../../src/cost/leases/lease-book';
import { LeaseKeeper } from '../../src/cost/leases/lease-keeper';
import { LeaseLender } from '../../src/cost/leases/lease-lender';
import { LeaseRecall } from '../../src/cost/leases/lease-recall';
import { RateShares } from '../../src/quota/rate-shares';
import { MemoryLeases } from './memory-leases';
import { HoldKeeper } from '../../src/cost/holds/hold-keeper';
import { DriftWatch } from '../../src/cost/rebuild/drift-watch';
import { RebuildExchange } from '../../src/cost/rebuild/rebuild-exchange';
import { ReplicaContribution } from '../../src/cost/rebuild/replica-contribution';
import { ReplicaRoster } from '../../src/platform/replicas/replica-roster';
import { RoomQueue } from '../../src/cost/holds/room-queue';
import { RefusalReporter } from '../../src/cost/holds/refusal-reporter';
import type { RequestHold } from '../../src/cost/holds/request-hold';
import type { SpendingAnswer, SpendingQuestion } from '../../src/cost/ledger/spending';
import { SpendingQuery } from '../../src/cost/ledger/spending.query';
import type { RequestRow } from '../../src/cost/ledger/request-row';
import type { UsageRow } from '../../src/cost/ledger/usage-row';
import { NO_USAGE } from '../../src/llm/token-usage';
import { loadConfig } from '../../src/platform/config/load-config';
import { OutboxShipper } from '../../src/platform/outbox/outbox-shipper';
import type { OutboxLine } from '../../src/platform/outbox/outbox-line';
import { InProcessPubSub } from '../../src/platform/pub-sub/in-process-pub-sub';
import { CallerRates } from '../../src/quota/caller-rates';
import { RateLimitsConfig } from '../../src/quota/rate-limits.config';
import { InProcessQuotaStore } from '../../src/quota/in-process-quota-store';
import type { HoldOutcome, HoldRequest, SettleOutcome, SettleRequest } from '../../src/quota/quota-store';
import { MetricsService } from '../../src/telemetry/metrics.service';
import { TelemetryConfig } from '../../src/telemetry/telemetry.config';
import { FakeClock } from './fake-clock';

/** The in-process store, which can be taken away and which remembers what was settled. */
class UnreliableStore extends InProcessQuotaStore {
  isAway = false;
  /** As if the counters had been lost and nobody had loaded them. */
  isLost = false;
  readonly settles: SettleRequest[] = [];
  readonly holds: HoldRequest[] = [];
  readonly renewed: string[] = [];

  override async hold(request: HoldRequest): Promise<HoldOutcome> {
    this.assertThere();
    this.holds.push(request);
    return super.hold(request);
  }

  override async settle(request: SettleRequest): Promise<SettleOutcome> {
    this.assertThere();
    if (this.isLost) return 'not_loaded';
    this.settles.push(request);
    return super.settle(request);
  }

  override async isLoaded(organizationId: string): Promise<boolean> {
    this.assertThere();
    return !this.isLost && super.isLoaded(organizationId);
  }

  override async renew(organizationId: string, holdId: string, expiresAtMs: number): Promise<boolean> {
    this.assertThere();
    this.renewed.push(holdId);
    return super.renew(organizationId, holdId, expiresAtMs);
  }

  override async organizationsWithHolds(): Promise<readonly string[]> {
    this.assertThere();
    return super.organizationsWithHolds();
  }

  private assertThere(): void {
    if (this.isAway) throw new Error('the store is away');
  }
}

/** A ledger that lives in memory, as far as counters are computed from it. */
class MemoryLedger extends SpendingQuery {
  rows: UsageRow[] = [];
  failure: Error | undefined;
  reads = 0;

  constructor() {
    super(undefined as never);
  }

  override async read(question: SpendingQuestion): Promise<SpendingAnswer> {
    this.reads += 1;
    if (this.failure) throw this.failure;
    const rows = this.rows.filter(
      (row) =>
        row.organization_id === question.organizationId && !question.withoutHolds.includes(row.hold_id),
    );
    return {
      spendings: rows.map((row) => ({
        projectId: row.project_id,
        userId: row.user_id,
        apiKeyId: row.api_key_id,
        provider: row.provider,
        model: row.resolved_model,
        spentNanoUsd: question.sinceMs.map((since) =>
          Date.parse(row.held_at) >= since ? BigInt(row.cost_nano_usd) : 0n,
        ),
      })),
      recorded: new Set(rows.map((row) => row.attempt_id)),
    };
  }
}

/** Budgets that somebody has set, without a database. */
class MemoryBudgets extends BudgetRepository {
  stored: SetBudget[] = [];

  constructor() {
    super(undefined as never);
  }

  override list(organizationId: string): Promise<readonly SetBudget[]> {
    return Promise.resolve(this.stored.filter((budget) => budget.organizationId === organizationId));
  }
}

/** Budgets that keys were made with, without a database. */
export class MemoryKeyBudgets extends KeyBudgetsQuery {
  stored: Budget[] = [];

  constructor() {
    super(undefined as never);
  }

  override list(organizationId: string): Promise<readonly Budget[]> {
    return Promise.resolve(this.stored.filter((budget) => budget.organizationId === organizationId));
  }
}

/** A shipper that has what it is told to have. */
class IdleShipper extends OutboxShipper {
  unshipped: UsageRow[] = [];

  constructor() {
    super(...([] as never as ConstructorParameters<typeof OutboxShipper>));
  }

  override async *unrecordedLines(): AsyncGenerator<OutboxLine> {
    for (const row of this.unshipped)
      yield { topic: 'usage', kind: 'outcome', id: row.attempt_id, payload: { ...row } };
  }
}

export function silentMetrics(): MetricsService {
  return new MetricsService(loadConfig([TelemetryConfig], { ENABLE_METRICS: 'false' }).get(TelemetryConfig));
}

export function caller(changes: Partial<Caller> = {}): Caller {
  return {
    organizationId: 'org_1',
    organizationSlug: 'default',
    timeZone: 'UTC',
    projectId: undefined,
    userId: 'usr_1',
    apiKeyId: 'key_1',
    method: 'api_key',
    permissions: new Set(['chat:invoke']),
    allowedModels: null,
    limits: {},
    ...changes,
  };
}

const DEMO_SMALL = { provider: 'demo', model: 'demo-small' };
let budgetSerial = 0;

/** An enforced daily budget of the organization, unless told otherwise. */
export function budget(changes: Partial<SetBudget> = {}): SetBudget {
  return {
    id: `bdg_${budgetSerial++}`,
    organizationId: 'org_1',
    scope: { level: 'organization', id: 'org_1' },
    window: 'daily',
    provider: null,
    model: null,
    limitNanoUsd: 1_000_000_000n,
    mode: 'enforce',
    alertThresholds: [100],
    setBy: 'administrator',
    createdAt: new Date(0),
    updatedAt: new Date(0),
    ...changes,
  };
}

/** Admission with everything behind it, on the real in-process store and a clock that stands still. */
export class CostKit {
  readonly clock = new FakeClock();
  readonly store = new UnreliableStore(this.clock);
  readonly ledger = new MemoryLedger();
  readonly budgets = new MemoryBudgets();
  readonly keyBudgets = new MemoryKeyBudgets();
  readonly shipper = new IdleShipper();
  readonly config: CostConfig;
  readonly queue: RoomQueue;
  readonly keeper: HoldKeeper;
  readonly audited: AuditEvent[] = [];
  readonly audit: AuditLog = {
    record: (event) => {
      this.audited.push(event);
      return Promise.resolve();
    },
  };
  readonly loader: CounterLoader;
  readonly drift: DriftWatch;
  readonly admission: BudgetAdmission;
  readonly metrics = silentMetrics();

  constructor(settings: Readonly<Record<string, string>> = {}) {
    this.config = loadConfig([CostConfig], settings).get(CostConfig);
    this.queue = new RoomQueue(this.config, this.metrics);
    const rates = new CallerRates(loadConfig([RateLimitsConfig], settings).get(RateLimitsConfig));
    const pubSub = new InProcessPubSub();
    const roster = new ReplicaRoster(pubSub, this.clock);
    const leases = new LeaseBook(this.clock, this.config);
    const records = new MemoryLeases();
    const lender = new LeaseLender(
      this.store,
      leases,
      new RateShares(this.clock, roster, rates),
      this.config,
      this.metrics,
    );
    this.keeper = new HoldKeeper(this.store, this.clock, this.config, this.metrics, this.queue, lender);
    const book = new BudgetBook(this.budgets, this.keyBudgets, pubSub, this.clock);
    const counters = new LedgerCounters(this.ledger, this.shipper, book, this.clock);
    const own = new ReplicaContribution(this.keeper, this.shipper, leases, records);
    const exchange = new RebuildExchange(pubSub, roster, own, this.clock);
    this.loader = new CounterLoader(this.store, counters, own, exchange, records, this.metrics);
    const callers = new CallerBudgets(book, this.config, rates);
    this.drift = new DriftWatch(this.store, counters, records, callers, this.config, this.metrics);
    const leaseKeeper = new LeaseKeeper(this.store, leases, records, this.config, this.clock, this.metrics);
    const recalls = new LeaseRecall(pubSub, roster, leaseKeeper, this.clock, this.metrics);
    this.admission = new BudgetAdmission(
      callers,
      new HoldTaker(this.loader, recalls, leaseKeeper, this.clock),
      this.keeper,
      this.queue,
      new RefusalReporter(this.metrics, this.audit),
      this.clock,
    );
  }

  request(worstCaseNanoUsd: NanoUsd, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
    return {
      requestId: 'req_1',
      caller: caller(),
      target: DEMO_SMALL,
      worstCaseNanoUsd,
      worstCaseTokens: 100,
      ...changes,
    };
  }

  /** A hold of this amount; anything but admission fails the test. */
  async hold(worstCaseNanoUsd: NanoUsd, changes: Partial<AdmissionRequest> = {}): Promise<RequestHold> {
    const outcome = await this.admission.admit(this.request(worstCaseNanoUsd, changes));
    if (outcome.kind === 'refused') throw outcome.error;
    return outcome.hold;
  }

  /** Spent and held on the daily counter of a user. */
  async daily(who: Caller = caller()): Promise<{ spent: NanoUsd; held: NanoUsd }> {
    const day = new Date(this.clock.now()).toISOString().slice(0, 10);
    const [state] = await this.store.readCounters(who.organizationId, [`user/${who.userId}/daily/${day}`]);
    return { spent: state?.spentNanoUsd ?? 0n, held: state?.heldNanoUsd ?? 0n };
  }
}

/** A complete row; times follow from the instant inside its attempt id. */
export function usageRow(changes: Partial<UsageRow> = {}, atMs = 1_800_000_000_000): UsageRow {
  const at = new Date(atMs).toISOString();
  return {
    attempt_id: newId('att', atMs),
    request_id: newId('req', atMs),
    client_request_id: null,
    hold_id: newId('hold', atMs),
    organization_id: 'org_1',
    project_id: null,
    user_id: 'usr_1',
    api_key_id: null,
    endpoint: 'chat.completions',
    purpose: 'answer',
    requested_model: null,
    provider: 'demo',
    resolved_model: 'demo-small',
    region: 'global',
    strategy: 'heuristic',
    objective: 'balanced',
    intent: null,
    decision_id: newId('dec', atMs),
    price_version: 'v1',
    held_at: at,
    started_at: at,
    finished_at: at,
    latency_ms: 12,
    first_token_ms: null,
    usage: { ...NO_USAGE, inputUncached: 3, outputText: 4 },
    cost_nano_usd: '1000',
    held_nano_usd: '5000',
    cost_source: 'exact',
    status: 'success',
    error_code: null,
    ...changes,
  };
}

/** How a request ended; times follow from the instant inside its id. */
export function requestRow(changes: Partial<RequestRow> = {}, atMs = 1_800_000_000_000): RequestRow {
  return {
    request_id: newId('req', atMs),
    requested_at: new Date(atMs).toISOString(),
    organization_id: 'org_1',
    project_id: null,
    user_id: 'usr_1',
    api_key_id: null,
    endpoint: 'chat.completions',
    purpose: 'answer',
    requested_model: null,
    strategy: 'heuristic',
    objective: 'balanced',
    intent: null,
    decision_id: newId('dec', atMs),
    provider: 'demo',
    model: 'demo-small',
    region: 'global',
    status: 'success',
    error_code: null,
    cache_outcome: 'bypass',
    latency_ms: 15,
    output_limit: null,
    fingerprint: null,
    requested_nano_usd: null,
    strongest_nano_usd: null,
    strongest_model: null,
    cheapest_nano_usd: null,
    cheapest_model: null,
    baseline_price_version: null,
    ...changes,
  };
}
