import { caller, CostKit, usageRow } from '../../../test/support/cost-kit';
import type { AppError } from '../../common/app-error';
import type { AdmissionOutcome } from './budget-admission';

const SETTINGS = { DEFAULT_DAILY_BUDGET: '10', DEFAULT_MONTHLY_BUDGET: '100' };
const USD = 1_000_000_000n;

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

  it('lets the budgets of a key tighten the configured ones down to zero, and never widen them', async () => {
    const kit = new CostKit(SETTINGS);
    const greedy = caller({ limits: { dailyBudget: 50n * USD, monthlyBudget: 60n * USD } });
    const poor = caller({ userId: 'usr_2', limits: { dailyBudget: 0n } });

    expect((await kit.admission.admit(kit.request(11n * USD, { caller: greedy }))).kind).toBe('refused');
    expect((await kit.admission.admit(kit.request(10n * USD, { caller: greedy }))).kind).toBe('admitted');
    expect((await kit.admission.admit(kit.request(1n, { caller: poor }))).kind).toBe('refused');
    expect((await kit.admission.admit(kit.request(0n, { caller: poor }))).kind).toBe('admitted');
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

  it('counts the tokens of a topped-up hold once when it settles', async () => {
    const kit = new CostKit({ ...SETTINGS, RATE_LIMIT_TOKENS_PER_MINUTE: '200' });
    const hold = await kit.hold(1n);
    await kit.admission.topUp(hold, 1n, 100);

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

  it('tops a hold up within the budget and not beyond it', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(6n * USD);

    await expect(kit.admission.topUp(hold, 4n * USD, 1)).resolves.toBe(true);
    await expect(kit.admission.topUp(hold, 1n, 1)).resolves.toBe(false);
    await kit.admission.settle(hold, { costNanoUsd: 7n * USD, tokens: 1 });

    await expect(kit.daily()).resolves.toEqual({ spent: 7n * USD, held: 0n });
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
