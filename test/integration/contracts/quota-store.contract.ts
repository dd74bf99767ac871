import { MAX_LIMIT_NANO_USD } from '../../../src/common/money';
import type { BudgetLine, HoldRequest, QuotaStore, RateLine } from '../../../src/quota/quota-store';
import type { FakeClock } from '../../support/fake-clock';

export interface QuotaStoreUnderTest {
  readonly store: QuotaStore;
  readonly clock: FakeClock;
}

const HOUR_MS = 3_600_000;
const LIVES_MS = 60_000;
let serial = 0;

export const uniqueOrganization = (): string => `org_${process.pid}_${Date.now()}_${serial++}`;

/** What every QuotaStore promises; run against each implementation. */
export function itKeepsTheQuotaContract(create: () => QuotaStoreUnderTest): void {
  let store: QuotaStore;
  let clock: FakeClock;
  let organizationId: string;

  beforeEach(() => {
    ({ store, clock } = create());
    organizationId = uniqueOrganization();
  });

  const budget = (limitNanoUsd: bigint, overrides: Partial<BudgetLine> = {}): BudgetLine => ({
    counter: 'user/usr_1/daily/2027-01-15',
    limitNanoUsd,
    mode: 'enforce',
    windowEndsAtMs: clock.now() + 24 * HOUR_MS,
    ...overrides,
  });
  const request = (overrides: Partial<HoldRequest> = {}): HoldRequest => ({
    organizationId,
    holdId: `hold_${serial++}`,
    amountNanoUsd: 10n,
    tokens: 0,
    budgets: [budget(100n)],
    tokenLimits: [],
    expiresAtMs: clock.now() + LIVES_MS,
    note: '',
    ...overrides,
  });
  const settle = (holdId: string, actualNanoUsd: bigint, actualTokens = 0) =>
    store.settle({ organizationId, holdId, actualNanoUsd, actualTokens });
  const state = async (counter = 'user/usr_1/daily/2027-01-15') =>
    (await store.readCounters(organizationId, [counter]))[0];
  const counts = (spentNanoUsd: bigint, heldNanoUsd: bigint): unknown =>
    expect.objectContaining({ spentNanoUsd, heldNanoUsd });

  describe('hold', () => {
    beforeEach(() => store.load(organizationId, []));

    it('takes what fits to the last nano-dollar and refuses one more, naming line, spent and held', async () => {
      const held = request({ amountNanoUsd: 60n });
      await store.hold(held);
      await settle(held.holdId, 50n);

      await expect(store.hold(request({ amountNanoUsd: 50n }))).resolves.toEqual({
        kind: 'held',
        remainingNanoUsd: 0n,
      });

      const line = budget(100n);
      await expect(store.hold(request({ amountNanoUsd: 1n, budgets: [line] }))).resolves.toEqual({
        kind: 'over_budget',
        line,
        leasedNanoUsd: 0n,
        spentNanoUsd: 50n,
        heldNanoUsd: 50n,
      });
    });

    it('takes every counter or none', async () => {
      const wide = budget(1_000n, { counter: 'org/daily' });
      const narrow = budget(5n, { counter: 'key/daily' });

      await expect(store.hold(request({ budgets: [wide, narrow] }))).resolves.toMatchObject({
        kind: 'over_budget',
        line: narrow,
      });
      await expect(state('org/daily')).resolves.toEqual(counts(0n, 0n));
    });

    it('takes no tokens when the budget refuses and no budget when the tokens refuse', async () => {
      const tokenLimits: RateLine[] = [{ counter: 'tokens', limit: 10, windowMs: 60_000 }];

      await store.hold(request({ amountNanoUsd: 101n, tokens: 10, tokenLimits }));
      await expect(store.hold(request({ tokens: 10, tokenLimits }))).resolves.toMatchObject({ kind: 'held' });

      await expect(store.hold(request({ tokens: 1, tokenLimits }))).resolves.toEqual({
        kind: 'over_tokens',
        line: tokenLimits[0],
        retryAfterMs: 60_000,
      });
      await expect(state()).resolves.toEqual(counts(0n, 10n));
    });

    it('counts a warning budget without ever refusing', async () => {
      const warning = budget(1n, { mode: 'warn' });

      await expect(store.hold(request({ budgets: [warning] }))).resolves.toEqual({
        kind: 'held',
        remainingNanoUsd: undefined,
      });
      await expect(state()).resolves.toEqual(counts(0n, 10n));
    });

    it('answers a repeated hold alike and counts it once, also after it ended', async () => {
      const once = request();
      const first = await store.hold(once);

      await expect(store.hold(once)).resolves.toEqual(first);
      await expect(state()).resolves.toEqual(counts(0n, 10n));
      await settle(once.holdId, 3n);
      await expect(store.hold(once)).resolves.toMatchObject({ kind: 'held' });
      await expect(state()).resolves.toEqual(counts(3n, 0n));
    });

    it('admits a free request to an exhausted budget but nothing that costs', async () => {
      const nothing = [budget(0n)];

      await expect(store.hold(request({ amountNanoUsd: 0n, budgets: nothing }))).resolves.toMatchObject({
        kind: 'held',
      });
      await expect(store.hold(request({ amountNanoUsd: 1n, budgets: nothing }))).resolves.toMatchObject({
        kind: 'over_budget',
      });
    });

    it('is exact at the greatest limit', async () => {
      const budgets = [budget(MAX_LIMIT_NANO_USD)];
      const almost = request({ amountNanoUsd: MAX_LIMIT_NANO_USD - 1n, budgets });

      await expect(store.hold(almost)).resolves.toEqual({ kind: 'held', remainingNanoUsd: 1n });
      await expect(store.hold(request({ amountNanoUsd: 2n, budgets }))).resolves.toMatchObject({
        kind: 'over_budget',
        heldNanoUsd: MAX_LIMIT_NANO_USD - 1n,
      });
      await expect(store.hold(request({ amountNanoUsd: 1n, budgets }))).resolves.toEqual({
        kind: 'held',
        remainingNanoUsd: 0n,
      });
      await settle(almost.holdId, MAX_LIMIT_NANO_USD - 1n);
      await expect(state()).resolves.toEqual(counts(MAX_LIMIT_NANO_USD - 1n, 1n));
    });

    it.each([
      ['a limit above 9,000,000 USD', { budgets: [{ ...lineOf(MAX_LIMIT_NANO_USD + 1n) }] }],
      ['a negative limit', { budgets: [{ ...lineOf(-1n) }] }],
      ['a negative amount', { amountNanoUsd: -1n }],
      ['an amount above 9,000,000 USD', { amountNanoUsd: MAX_LIMIT_NANO_USD + 1n, budgets: [] }],
    ])('refuses %s with a message for the client', async (_, overrides) => {
      await expect(store.hold(request(overrides))).rejects.toMatchObject({
        code: 'validation_error',
        message: expect.stringContaining('9,000,000 USD') as string,
      });
    });

    it('refuses two lines of one counter, fractions of tokens and windows without length', async () => {
      const line = { counter: 'tokens', limit: 5, windowMs: 1_000 };

      await expect(store.hold(request({ budgets: [budget(1n), budget(2n)] }))).rejects.toThrow(RangeError);
      await expect(store.hold(request({ tokens: 0.5 }))).rejects.toThrow(RangeError);
      await expect(store.hold(request({ tokenLimits: [{ ...line, windowMs: 0 }] }))).rejects.toThrow(
        RangeError,
      );
      await expect(settle('hold_x', 0n, -1)).rejects.toThrow(RangeError);
    });

    it('holds exactly as many of 200 parallel requests as fit', async () => {
      const budgets = [budget(370n), budget(10_000n, { counter: 'org' })];
      const outcomes = await Promise.all(Array.from({ length: 200 }, () => store.hold(request({ budgets }))));

      expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(37);
      await expect(state()).resolves.toEqual(counts(0n, 370n));
      await expect(state('org')).resolves.toEqual(counts(0n, 370n));
    });

    it('keeps organizations apart', async () => {
      const other = uniqueOrganization();
      await store.load(other, []);
      await store.hold(request({ amountNanoUsd: 100n }));

      await expect(
        store.hold(request({ organizationId: other, amountNanoUsd: 100n })),
      ).resolves.toMatchObject({ kind: 'held' });
    });

    it('needs no budgets at all', async () => {
      await expect(store.hold(request({ budgets: [] }))).resolves.toMatchObject({ kind: 'held' });
    });
  });

  describe('settle', () => {
    beforeEach(() => store.load(organizationId, []));

    it('counts once, however often it is repeated', async () => {
      const held = request();
      await store.hold(held);

      await expect(settle(held.holdId, 7n)).resolves.toBe('settled');
      await expect(settle(held.holdId, 7n)).resolves.toBe('already');
      await expect(settle(held.holdId, 9n)).resolves.toBe('already');
      await expect(state()).resolves.toEqual(counts(7n, 0n));
    });

    it('releases everything at zero and books an overrun in full', async () => {
      const [free, dear] = [request(), request()];
      await store.hold(free);
      await store.hold(dear);

      await settle(free.holdId, 0n);
      await settle(dear.holdId, 500n);

      await expect(state()).resolves.toEqual(counts(500n, 0n));
      await expect(store.hold(request({ amountNanoUsd: 0n }))).resolves.toMatchObject({
        kind: 'over_budget',
      });
    });

    it('uses the windows of the hold, not those of the moment', async () => {
      const held = request();
      await store.hold(held);
      clock.advance(24 * HOUR_MS);
      await store.hold(request({ budgets: [budget(100n, { counter: 'tomorrow' })] }));
      await settle(held.holdId, 4n);

      await expect(state()).resolves.toEqual(counts(4n, 0n));
      await expect(state('tomorrow')).resolves.toEqual(counts(0n, 10n));
    });

    it('counts exactly once among many at the same time', async () => {
      const held = request();
      await store.hold(held);
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => settle(held.holdId, 6n)));

      expect(outcomes.filter((outcome) => outcome === 'settled')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'already')).toHaveLength(19);
      await expect(state()).resolves.toEqual(counts(6n, 0n));
    });

    it('changes nothing for a hold it never saw', async () => {
      await expect(settle('hold_never', 5n)).resolves.toBe('unknown');
      await expect(state()).resolves.toEqual(counts(0n, 0n));
    });

    it('gives reserved tokens back that were not used, and takes more that were', async () => {
      const tokenLimits: RateLine[] = [{ counter: 'tokens', limit: 100, windowMs: 60_000 }];
      const held = request({ amountNanoUsd: 0n, tokens: 100, tokenLimits });
      await store.hold(held);
      await settle(held.holdId, 0n, 30);

      await expect(store.hold(request({ tokens: 71, tokenLimits }))).resolves.toMatchObject({
        kind: 'over_tokens',
      });
      await expect(store.hold(request({ tokens: 70, tokenLimits }))).resolves.toMatchObject({ kind: 'held' });
    });
  });

  describe('expiry', () => {
    beforeEach(() => store.load(organizationId, []));

    it('charges overdue holds once, the most overdue first, and returns their notes', async () => {
      const late = request({ expiresAtMs: clock.now() + 2_000, note: 'second' });
      const early = request({ expiresAtMs: clock.now() + 1_000, note: 'first', amountNanoUsd: 4n });
      const fresh = request();
      for (const held of [late, early, fresh]) await store.hold(held);
      clock.advance(2_000);

      await expect(store.expireDue(organizationId, clock.now(), 1)).resolves.toEqual([
        { holdId: early.holdId, amountNanoUsd: 4n, note: 'first' },
      ]);
      await expect(store.expireDue(organizationId, clock.now(), 10)).resolves.toEqual([
        { holdId: late.holdId, amountNanoUsd: 10n, note: 'second' },
      ]);
      await expect(store.expireDue(organizationId, clock.now(), 10)).resolves.toEqual([]);
      await expect(state()).resolves.toEqual(counts(14n, 10n));
    });

    it('is done by one of several processes only', async () => {
      for (let i = 0; i < 5; i++) await store.hold(request());
      clock.advance(LIVES_MS);
      const all = await Promise.all(
        Array.from({ length: 8 }, () => store.expireDue(organizationId, clock.now(), 2)),
      );

      const ids = all.flat().map(({ holdId }) => holdId);
      expect(ids).toHaveLength(5);
      expect(new Set(ids).size).toBe(5);
      await expect(state()).resolves.toEqual(counts(50n, 0n));
    });

    it('is corrected once by a settle that comes later, up or down', async () => {
      const [cheap, dear] = [request(), request()];
      await store.hold(cheap);
      await store.hold(dear);
      clock.advance(LIVES_MS);
      await store.expireDue(organizationId, clock.now(), 10);

      await expect(settle(cheap.holdId, 1n)).resolves.toBe('corrected');
      await expect(settle(cheap.holdId, 1n)).resolves.toBe('already');
      await expect(settle(dear.holdId, 25n)).resolves.toBe('corrected');
      await expect(state()).resolves.toEqual(counts(26n, 0n));
    });

    it('spares a renewed hold, and an ended one cannot be renewed', async () => {
      const held = request();
      await store.hold(held);
      clock.advance(LIVES_MS - 1);
      await expect(store.renew(organizationId, held.holdId, clock.now() + LIVES_MS)).resolves.toBe(true);
      clock.advance(LIVES_MS - 1);
      await expect(store.expireDue(organizationId, clock.now(), 10)).resolves.toEqual([]);

      await settle(held.holdId, 1n);
      await expect(store.renew(organizationId, held.holdId, clock.now() + LIVES_MS)).resolves.toBe(false);
      await expect(store.renew(organizationId, 'hold_never', clock.now() + LIVES_MS)).resolves.toBe(false);
    });

    it('settles an overdue hold that nobody has charged yet as usual', async () => {
      const held = request();
      await store.hold(held);
      clock.advance(10 * LIVES_MS);

      await expect(settle(held.holdId, 2n)).resolves.toBe('settled');
      await expect(store.expireDue(organizationId, clock.now(), 10)).resolves.toEqual([]);
      await expect(state()).resolves.toEqual(counts(2n, 0n));
    });

    it('lists organizations while they have live holds', async () => {
      const held = request();
      await expect(store.organizationsWithHolds()).resolves.not.toContain(organizationId);
      await store.hold(held);
      await expect(store.organizationsWithHolds()).resolves.toContain(organizationId);
      await settle(held.holdId, 0n);
      await expect(store.organizationsWithHolds()).resolves.not.toContain(organizationId);
    });

    it('forgets ended holds after hours: their late settles change nothing', async () => {
      const [settled, charged] = [request(), request()];
      await store.hold(settled);
      await store.hold(charged);
      await settle(settled.holdId, 1n);
      clock.advance(LIVES_MS);
      await store.expireDue(organizationId, clock.now(), 10);
      clock.advance(25 * HOUR_MS);

      await expect(settle(settled.holdId, 1n)).resolves.toBe('unknown');
      await expect(settle(charged.holdId, 1n)).resolves.toBe('unknown');
      await expect(state()).resolves.toEqual(counts(11n, 0n));
    });
  });

  describe('load', () => {
    const seed = (counter: string, spentNanoUsd: bigint) => ({
      counter,
      spentNanoUsd,
      windowEndsAtMs: clock.now() + HOUR_MS,
    });

    it('opens an organization that admits nothing before', async () => {
      await expect(store.hold(request())).resolves.toEqual({ kind: 'not_loaded' });
      await expect(store.load(organizationId, [seed('user/usr_1/daily/2027-01-15', 95n)])).resolves.toBe(
        true,
      );
      await expect(store.hold(request())).resolves.toMatchObject({ kind: 'over_budget', spentNanoUsd: 95n });
      await expect(store.hold(request({ amountNanoUsd: 5n }))).resolves.toMatchObject({
        kind: 'held',
        remainingNanoUsd: 0n,
      });
    });

    it('counts once among many, and never moves a counter that exists', async () => {
      const loads = await Promise.all(
        [1n, 2n, 3n].map((spent) => store.load(organizationId, [seed('a', spent)])),
      );
      expect(loads.filter(Boolean)).toHaveLength(1);
      const { spentNanoUsd } = (await state('a')) ?? { spentNanoUsd: -1n };

      await store.hold(request({ budgets: [budget(100n, { counter: 'b' })] }));
      await store.load(organizationId, [seed('a', 50n), seed('b', 60n), seed('new budget', 70n)]);

      await expect(state('a')).resolves.toEqual(counts(spentNanoUsd, 0n));
      await expect(state('b')).resolves.toEqual(counts(0n, 10n));
      await expect(state('new budget')).resolves.toEqual(counts(70n, 0n));
    });

    it('refuses amounts the counters cannot hold', async () => {
      await expect(store.load(organizationId, [seed('a', -1n)])).rejects.toMatchObject({
        code: 'validation_error',
      });
    });
  });
}

function lineOf(limitNanoUsd: bigint): BudgetLine {
  return { counter: 'c', limitNanoUsd, mode: 'enforce', windowEndsAtMs: 1_900_000_000_000 };
}
