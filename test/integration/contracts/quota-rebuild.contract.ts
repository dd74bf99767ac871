import type { BudgetLine, HoldRequest, QuotaStore } from '../../../src/quota/quota-store';
import type { FakeClock } from '../../support/fake-clock';
import { uniqueOrganization, type QuotaStoreUnderTest } from './quota-store.contract';

const HOUR_MS = 3_600_000;
const LIVES_MS = 60_000;
let serial = 0;

/** What a QuotaStore promises about counters that come back and holds that take the place of others. */
export function itRebuildsAndReplaces(create: () => QuotaStoreUnderTest): void {
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
    holdId: `hold_again_${serial++}`,
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

  const seed = (counter: string, spentNanoUsd: bigint) => ({
    counter,
    spentNanoUsd,
    windowEndsAtMs: clock.now() + HOUR_MS,
  });

  describe('hold in place of another', () => {
    beforeEach(() => store.load(organizationId, []));

    it('ends the earlier one with what it took in the same step, whether the new one fits or not', async () => {
      const first = request({ amountNanoUsd: 80n });
      await store.hold(first);
      const after = (actualNanoUsd: bigint, amountNanoUsd: bigint) =>
        store.hold(
          request({ amountNanoUsd, replaces: { holdId: first.holdId, actualNanoUsd, actualTokens: 0 } }),
        );

      await expect(after(10n, 90n)).resolves.toEqual({ kind: 'held', remainingNanoUsd: 0n });
      await expect(state()).resolves.toEqual(counts(10n, 90n));
      await expect(settle(first.holdId, 10n)).resolves.toBe('already');

      const second = request({ amountNanoUsd: 0n });
      await store.hold(second);
      const refused = request({
        amountNanoUsd: 1n,
        replaces: { holdId: second.holdId, actualNanoUsd: 0n, actualTokens: 0 },
      });
      await expect(store.hold(refused)).resolves.toMatchObject({ kind: 'over_budget' });
      await expect(settle(second.holdId, 0n)).resolves.toBe('already');
    });
  });

  describe('load with running holds', () => {
    it('puts running holds back in the same step, also those that no longer fit, and settles them as usual', async () => {
      const counter = 'user/usr_1/daily/2027-01-15';
      const hold = {
        holdId: `hold_${serial++}`,
        amountNanoUsd: 60n,
        counters: [budget(0n)],
        expiresAtMs: clock.now() + LIVES_MS,
        note: 'again',
      };

      await store.load(organizationId, [seed(counter, 90n)], [hold]);

      await expect(state()).resolves.toEqual(counts(90n, 60n));
      await expect(store.hold(request({ amountNanoUsd: 1n }))).resolves.toMatchObject({
        kind: 'over_budget',
      });
      await expect(settle(hold.holdId, 7n)).resolves.toBe('settled');
      await expect(settle(hold.holdId, 7n)).resolves.toBe('already');
      await expect(state()).resolves.toEqual(counts(97n, 0n));
    });

    it('asks for another try when a hold ends while the counters are not there', async () => {
      await expect(settle('hold_early', 5n)).resolves.toBe('not_loaded');
      await expect(store.isLoaded(organizationId)).resolves.toBe(false);
      await store.load(organizationId, []);
      await expect(store.isLoaded(organizationId)).resolves.toBe(true);
      await expect(settle('hold_early', 5n)).resolves.toBe('unknown');
    });

    it('raises counters of an open organization, makes those it lacks, and lowers none', async () => {
      await expect(store.raise(organizationId, [seed('a', 5n)])).resolves.toBe(false);
      await store.load(organizationId, [seed('a', 5n)]);

      await store.raise(organizationId, [seed('a', 9n), seed('b', 4n)]);
      await store.raise(organizationId, [seed('a', 3n)]);

      await expect(state('a')).resolves.toEqual(counts(9n, 0n));
      await expect(state('b')).resolves.toEqual(counts(4n, 0n));
    });
  });
}
