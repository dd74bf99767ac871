import { budget, caller, CostKit, usageRow } from '../../../test/support/cost-kit';
import type { AppError } from '../../common/app-error';
import type { AdmissionOutcome } from './budget-admission';
import type { LegRequest } from './request-hold';

const SETTINGS = { DEFAULT_DAILY_BUDGET: '10', DEFAULT_MONTHLY_BUDGET: '100' };
const USD = 1_000_000_000n;

function call(amountNanoUsd: bigint, target = { provider: 'demo', model: 'demo-small' }): LegRequest {
  return { target, amountNanoUsd, tokens: 100 };
}

function refusalOf(outcome: AdmissionOutcome): { error: AppError; availableNanoUsd: bigint | undefined } {
  if (outcome.kind !== 'refused') throw new Error('expected a refusal');
  return outcome;
}

describe('BudgetAdmission', () => {
  it('reserves the worst case on the daily and the monthly budget at once', async () => {
    const kit = new CostKit(SETTINGS);

    const hold = await kit.hold(3n * USD);

    const counters = kit.store.holds.at(-1)?.budgets.map((line) => line.counter);
    expect(counters).toEqual(['user/usr_1/daily/2027-01-15', 'user/usr_1/monthly/2027-01-01']);
    const states = await kit.store.readCounters('org_1', counters ?? []);
    expect(states.map((state) => state.heldNanoUsd)).toEqual([3n * USD, 3n * USD]);
    expect(hold.remainingNanoUsd).toBe(7n * USD);
  });

  it('refuses with 402 and says what is spent, held and wanted, of which budget, and until when', async () => {
    const kit = new CostKit(SETTINGS);
    kit.ledger.rows = [usageRow({ cost_nano_usd: (2n * USD).toString() }, kit.clock.now())];
    await kit.hold(3n * USD);

    const { error, availableNanoUsd } = refusalOf(await kit.admission.admit(kit.request(6n * USD)));

    expect(error).toMatchObject({
      code: 'insufficient_budget',
      category: 'budget',
      details: {
        level: 'user',
        window: 'daily',
        limit: 10,
        spent: 2,
        held: 3,
        estimate: 6,
        resets_at: '2027-01-16T00:00:00.000Z',
      },
    });
    expect(availableNanoUsd).toBe(5n * USD);
    await expect(kit.daily()).resolves.toEqual({ spent: 2n * USD, held: 3n * USD });
  });

  it('names the monthly budget when that one is used up', async () => {
    const kit = new CostKit(SETTINGS);
    const lastWeek = kit.clock.now() - 7 * 86_400_000;
    kit.ledger.rows = [usageRow({ cost_nano_usd: (99n * USD).toString() }, lastWeek)];

    const { error, availableNanoUsd } = refusalOf(await kit.admission.admit(kit.request(2n * USD)));

    expect(error.details).toMatchObject({
      window: 'monthly',
      spent: 99,
      resets_at: '2027-02-01T00:00:00.000Z',
    });
    expect(availableNanoUsd).toBe(1n * USD);
  });

  it('says that nothing is available when a budget is overrun', async () => {
    const kit = new CostKit(SETTINGS);
    kit.ledger.rows = [usageRow({ cost_nano_usd: (11n * USD).toString() }, kit.clock.now())];

    expect(refusalOf(await kit.admission.admit(kit.request(0n))).availableNanoUsd).toBeUndefined();
  });

  it('admits a request that fills the budget to the last nano-dollar, and nothing after it', async () => {
    const kit = new CostKit(SETTINGS);

    await kit.hold(10n * USD);

    expect((await kit.admission.admit(kit.request(1n))).kind).toBe('refused');
  });

  it('bounds what is spent with a key by the limits it was made with, beside the budgets of its owner', async () => {
    const kit = new CostKit(SETTINGS);
    const greedy = caller({ limits: { dailyBudget: 50n * USD, monthlyBudget: 60n * USD } });
    const tight = caller({ apiKeyId: 'key_2', limits: { dailyBudget: 3n * USD } });
    const empty = caller({ userId: 'usr_2', apiKeyId: 'key_3', limits: { dailyBudget: 0n } });

    expect((await kit.admission.admit(kit.request(11n * USD, { caller: greedy }))).kind).toBe('refused');
    expect((await kit.admission.admit(kit.request(4n * USD, { caller: greedy }))).kind).toBe('admitted');
    expect((await kit.admission.admit(kit.request(3n * USD, { caller: tight }))).kind).toBe('admitted');
    const { error } = refusalOf(await kit.admission.admit(kit.request(1n, { caller: tight })));
    expect(error.details).toMatchObject({ level: 'api_key', window: 'daily', limit: 3, held: 3 });
    expect((await kit.admission.admit(kit.request(1n, { caller: empty }))).kind).toBe('refused');
    expect((await kit.admission.admit(kit.request(0n, { caller: empty }))).kind).toBe('admitted');
  });

  it('keeps users and organizations apart', async () => {
    const kit = new CostKit(SETTINGS);
    await kit.hold(10n * USD);

    for (const other of [caller({ userId: 'usr_2' }), caller({ organizationId: 'org_2' })]) {
      expect((await kit.admission.admit(kit.request(10n * USD, { caller: other }))).kind).toBe('admitted');
    }
  });

  it('refuses with 429 and a wait when the tokens per minute are used up, and holds no money then', async () => {
    const kit = new CostKit({ ...SETTINGS, RATE_LIMIT_TOKENS_PER_MINUTE: '150' });
    await kit.hold(1n);

    const { error, availableNanoUsd } = refusalOf(await kit.admission.admit(kit.request(1n)));

    expect(error).toMatchObject({
      code: 'tokens_rate_limit_exceeded',
      category: 'rate_limit',
      retryAfterSeconds: 60,
    });
    expect(availableNanoUsd).toBeUndefined();
    await expect(kit.daily()).resolves.toEqual({ spent: 0n, held: 1n });
  });

  it('gives reserved tokens back that were not used', async () => {
    const kit = new CostKit({ ...SETTINGS, RATE_LIMIT_TOKENS_PER_MINUTE: '150' });
    const hold = await kit.hold(1n);

    await kit.admission.settle(hold, { costNanoUsd: 1n, tokens: 20 });

    expect((await kit.admission.admit(kit.request(1n))).kind).toBe('admitted');
  });

  it('counts the tokens of a renewed reservation once when it settles', async () => {
    const kit = new CostKit({ ...SETTINGS, RATE_LIMIT_TOKENS_PER_MINUTE: '200' });
    const hold = await kit.hold(1n);
    await kit.admission.reserveNext(hold, call(1n), { costNanoUsd: 1n, tokens: 30 });

    await kit.admission.settle(hold, { costNanoUsd: 1n, tokens: 60 });

    expect((await kit.admission.admit(kit.request(1n, { worstCaseTokens: 140 }))).kind).toBe('admitted');
    expect((await kit.admission.admit(kit.request(1n, { worstCaseTokens: 1 }))).kind).toBe('refused');
  });

  it('loads the counters of an organization before its first request, once for many at the same time', async () => {
    const kit = new CostKit(SETTINGS);
    kit.ledger.rows = [usageRow({ cost_nano_usd: (4n * USD).toString() }, kit.clock.now())];

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => kit.admission.admit(kit.request(1n * USD))),
    );

    expect(outcomes.filter((outcome) => outcome.kind === 'admitted')).toHaveLength(6);
    expect(kit.ledger.reads).toBe(1);
  });

  it('answers 503 with a wait while the ledger cannot be read, and admits as soon as it can', async () => {
    const kit = new CostKit(SETTINGS);
    kit.ledger.failure = new Error('connection refused to 10.0.0.7');

    await expect(kit.admission.admit(kit.request(1n))).rejects.toMatchObject({
      code: 'store_unavailable',
      category: 'unavailable',
      retryAfterSeconds: 1,
      message: expect.not.stringContaining('10.0.0.7') as string,
    });
    kit.ledger.failure = undefined;

    expect((await kit.admission.admit(kit.request(1n))).kind).toBe('admitted');
  });

  it('makes room for a repetition beside what the first attempt took, and not beyond the budget', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(6n * USD);
    const afterFirst = { costNanoUsd: 4n * USD, tokens: 1 };
    const afterSecond = { costNanoUsd: 8n * USD, tokens: 2 };

    await expect(kit.admission.reserveNext(hold, call(6n * USD), afterFirst)).resolves.toBe(true);
    await expect(kit.daily()).resolves.toEqual({ spent: 4n * USD, held: 6n * USD });
    await expect(kit.admission.reserveNext(hold, call(3n * USD), afterSecond)).resolves.toBe(false);
    await expect(kit.daily()).resolves.toEqual({ spent: 8n * USD, held: 0n });
    await expect(kit.admission.reserveNext(hold, call(2n * USD), afterSecond)).resolves.toBe(true);
    await kit.admission.settle(hold, { costNanoUsd: 9n * USD, tokens: 3 });

    await expect(kit.daily()).resolves.toEqual({ spent: 9n * USD, held: 0n });
  });

  it('never lets parallel requests spend more than the limit together', async () => {
    const kit = new CostKit(SETTINGS);

    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const outcome = await kit.admission.admit(kit.request(USD / 3n));
        if (outcome.kind === 'admitted')
          await kit.admission.settle(outcome.hold, { costNanoUsd: BigInt(i), tokens: 1 });
        const { spent, held } = await kit.daily();
        expect(spent + held).toBeLessThanOrEqual(10n * USD);
      }),
    );
  });
});

describe('BudgetAdmission with budgets set through the API', () => {
  const small = { provider: 'demo', model: 'demo-small' };
  const large = { provider: 'demo', model: 'demo-premium' };
  const heldOn = async (kit: CostKit, counter: string) =>
    (await kit.store.readCounters('org_1', [counter]))[0]?.heldNanoUsd;

  it('takes organization, project, user and key in one step, or none of them', async () => {
    const kit = new CostKit(SETTINGS);
    const who = caller({ projectId: 'prj_1' });
    kit.budgets.stored = [
      budget({ window: 'yearly', limitNanoUsd: 8n * USD }),
      budget({ window: 'weekly', scope: { level: 'project', id: 'prj_1' }, limitNanoUsd: 5n * USD }),
      budget({ window: 'monthly', scope: { level: 'api_key', id: 'key_1' }, limitNanoUsd: 4n * USD }),
    ];

    await kit.hold(3n * USD, { caller: who });
    const { error } = refusalOf(await kit.admission.admit(kit.request(2n * USD, { caller: who })));

    expect(error.details).toMatchObject({ level: 'api_key', window: 'monthly', limit: 4, held: 3 });
    const counters = kit.store.holds[1]?.budgets.map(({ counter }) => counter) ?? [];
    const states = await kit.store.readCounters('org_1', counters);
    expect(states).toHaveLength(5);
    expect(states.map(({ heldNanoUsd }) => heldNanoUsd)).toEqual(states.map(() => 3n * USD));
  });

  it('never counts a call on the budget of another model, and says which budget refused', async () => {
    const kit = new CostKit(SETTINGS);
    kit.budgets.stored = [budget({ provider: 'demo', model: 'demo-premium', limitNanoUsd: USD })];
    const premium = 'organization/org_1/daily/2027-01-15/demo/demo-premium';

    await kit.hold(5n * USD, { target: small });
    await expect(heldOn(kit, premium)).resolves.toBe(0n);

    const refusal = refusalOf(await kit.admission.admit(kit.request(2n * USD, { target: large })));
    expect(refusal.error.details).toMatchObject({ level: 'organization', model: 'demo-premium', limit: 1 });
    expect(refusal).toMatchObject({ onlyFor: { provider: 'demo', model: 'demo-premium' } });
  });

  it('moves a reservation to the budgets of the model that is asked next', async () => {
    const kit = new CostKit(SETTINGS);
    kit.budgets.stored = [
      budget({ model: 'demo-small', limitNanoUsd: 3n * USD }),
      budget({ model: 'demo-premium', limitNanoUsd: 4n * USD }),
    ];
    const counter = (model: string) => `organization/org_1/daily/2027-01-15//${model}`;
    const hold = await kit.hold(2n * USD, { target: small });

    await kit.admission.reserveNext(hold, call(4n * USD, large), { costNanoUsd: 1n, tokens: 1 });

    const [first, second] = await kit.store.readCounters('org_1', [
      counter('demo-small'),
      counter('demo-premium'),
    ]);
    expect(first).toMatchObject({ spentNanoUsd: 1n, heldNanoUsd: 0n });
    expect(second).toMatchObject({ spentNanoUsd: 0n, heldNanoUsd: 4n * USD });
    await kit.admission.settle(hold, { costNanoUsd: 3n, tokens: 2 });
    await expect(kit.daily()).resolves.toEqual({ spent: 3n, held: 0n });
    const [, after] = await kit.store.readCounters('org_1', [counter('demo-small'), counter('demo-premium')]);
    expect(after).toMatchObject({ spentNanoUsd: 2n, heldNanoUsd: 0n });
  });
});
