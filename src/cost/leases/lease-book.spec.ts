import { FakeClock } from '../../../test/support/fake-clock';
import { loadConfig } from '../../platform/config/load-config';
import type { BudgetLine } from '../../quota/quota-store';
import { CostConfig } from '../cost.config';
import { Lease, type LeasePart } from './lease';
import { LeaseBook } from './lease-book';

const ORGANIZATION = 'org_1';

describe('LeaseBook', () => {
  let clock: FakeClock;
  let book: LeaseBook;

  beforeEach(() => {
    clock = new FakeClock();
    book = new LeaseBook(clock, loadConfig([CostConfig], { BUDGET_LEASE_PERCENT: '10' }).get(CostConfig));
  });

  const line = (changes: Partial<BudgetLine> = {}): BudgetLine => ({
    counter: 'user/usr_1/daily/2027-01-15',
    limitNanoUsd: 1_000n,
    mode: 'enforce',
    windowEndsAtMs: clock.now() + 3_600_000,
    ...changes,
  });
  const opened = (amountNanoUsd: bigint, lines = [line()]): Lease => {
    const terms = { id: 'lease_1', organizationId: ORGANIZATION, lines, amountNanoUsd };
    const lease = new Lease({ ...terms, takenAtMs: clock.monotonic() });
    book.begin(lease);
    book.opened(lease);
    return lease;
  };
  const note = (remainingNanoUsd: bigint | undefined, worstCaseNanoUsd: bigint): void =>
    book.note({ organizationId: ORGANIZATION, lines: [line()], remainingNanoUsd, worstCaseNanoUsd });
  const take = (amountNanoUsd: bigint, lines = [line()]) => book.take(ORGANIZATION, lines, amountNanoUsd);
  const granted = (taken: ReturnType<typeof take>): LeasePart => {
    if (typeof taken === 'string') throw new Error(taken);
    return taken;
  };

  it('admits requests up to the amount of a lease, by what running calls may cost and ended ones did cost', () => {
    const lease = opened(100n);
    const first = granted(take(60n));
    expect(take(60n)).toBe('used_up');

    first.end(20n);
    first.end(0n);

    const second = granted(take(80n));
    expect(take(1n)).toBe('used_up');
    expect(lease.usedNanoUsd).toBe(100n);
    second.end(80n);
    expect(lease.isRunning).toBe(false);
  });

  it('admits nothing on other budgets, in another window, or after a limit was lowered or began to be enforced', () => {
    opened(100n, [line(), line({ counter: 'organization/org_1/daily/2027-01-15', mode: 'warn' })]);
    const warn = line({ counter: 'organization/org_1/daily/2027-01-15', mode: 'warn' });

    expect(take(1n)).toBe('none');
    expect(take(1n, [line({ counter: 'user/usr_1/daily/2027-01-16' }), warn])).toBe('none');
    expect(take(1n, [line({ limitNanoUsd: 999n }), warn])).toBe('used_up');
    expect(take(1n, [line(), { ...warn, mode: 'enforce' }])).toBe('used_up');
    granted(take(1n, [line({ limitNanoUsd: 2_000n }), warn]));
  });

  it('wants a share of what is left for requests of the last minute, if one more of them fits into it', () => {
    note(1_000n, 101n);
    expect(book.wanting()).toEqual([]);
    note(1_000n, 100n);
    expect(book.wanting().map((candidate) => book.amountFor(candidate))).toEqual([100n]);

    clock.advance(60_001);
    expect(book.wanting()).toEqual([]);
  });

  it('wants no second lease while there is one, and none on a budget that has no room for it', () => {
    note(1_000n, 10n);
    const lease = opened(100n);
    expect(book.wanting()).toEqual([]);

    book.close(lease);
    expect(book.wanting()).toEqual([]);
    book.drop(lease);
    expect(book.wanting()).toHaveLength(1);

    book.pause(ORGANIZATION, line().counter, 30_000);
    expect(book.wanting()).toEqual([]);
    clock.advance(30_000);
    expect(book.wanting()).toHaveLength(1);
  });

  it('finds a lease unwanted that is twice the share of what is left by now', () => {
    const lease = opened(100n);
    note(500n, 10n);
    expect(book.isUnwanted(lease)).toBe(false);
    note(499n, 10n);
    expect(book.isUnwanted(lease)).toBe(true);
  });

  it('closes everything when counters are rebuilt, and tells only what is used', () => {
    opened(100n);
    const part = granted(take(40n));

    expect(book.unendedOf(ORGANIZATION)).toMatchObject([{ holdId: 'lease_1', amountNanoUsd: 40n }]);
    expect(take(1n)).toBe('none');
    part.end(30n);
    expect(book.unendedOf(ORGANIZATION)).toMatchObject([{ amountNanoUsd: 30n }]);
    expect(book.unendedOf('org_2')).toEqual([]);
  });

  it('admits nothing from a lease that could not be given back for an hour', () => {
    opened(100n);
    clock.advance(3_600_001);

    expect(take(1n)).toBe('none');
  });
});
