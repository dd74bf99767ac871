import { FakeClock } from '../../../test/support/fake-clock';
import { silentMetrics } from '../../../test/support/cost-kit';
import { LeaseTable, MemoryLeases } from '../../../test/support/memory-leases';
import { loadConfig } from '../../platform/config/load-config';
import { InProcessQuotaStore } from '../../quota/in-process-quota-store';
import type { BudgetLine, SettleOutcome, SettleRequest } from '../../quota/quota-store';
import { CostConfig } from '../cost.config';
import { LeaseBook } from './lease-book';
import { LeaseKeeper } from './lease-keeper';

const HOLD_SECONDS = 120;
const COUNTER = 'user/usr_1/daily/2027-01-15';
const LINES: readonly BudgetLine[] = [
  { counter: COUNTER, limitNanoUsd: 100_000n, mode: 'enforce', windowEndsAtMs: 1_800_100_000_000 },
];

/** Shared, can be away, and can lose its counters. */
class LosableStore extends InProcessQuotaStore {
  override readonly isShared: boolean = true;
  isAway = false;
  isLost = false;

  override async settle(request: SettleRequest): Promise<SettleOutcome> {
    if (this.isAway) throw new Error('the store is away');
    return this.isLost ? 'not_loaded' : super.settle(request);
  }
}

describe('LeaseKeeper', () => {
  let clock: FakeClock;
  let store: LosableStore;
  let book: LeaseBook;
  let table: LeaseTable;
  let records: MemoryLeases;
  let keeper: LeaseKeeper;

  beforeEach(async () => {
    clock = new FakeClock();
    store = new LosableStore(clock);
    const config = loadConfig([CostConfig], { BUDGET_HOLD_SECONDS: String(HOLD_SECONDS) }).get(CostConfig);
    book = new LeaseBook(clock, config);
    table = new LeaseTable();
    records = new MemoryLeases(table);
    keeper = new LeaseKeeper(store, book, records, config, clock, silentMetrics());
    for (const organizationId of ['org_1', 'org_2']) await store.load(organizationId, []);
  });

  const ask = (organizationId: string): void =>
    book.note({ organizationId, lines: LINES, remainingNanoUsd: 100_000n, worstCaseNanoUsd: 10n });
  const spend = (organizationId: string): void => {
    const part = book.take(organizationId, LINES, 10n);
    if (typeof part === 'string') throw new Error(part);
    part.end(7n);
  };

  it('keeps its leases alive while the database is away, or they would be charged', async () => {
    ask('org_1');
    ask('org_2');
    await keeper.round();
    expect(book.openLeases).toHaveLength(2);
    records.isAway = true;
    await keeper.giveBack('org_2', COUNTER, 3_600_000).catch(() => undefined);

    for (let second = 0; second < 3 * HOLD_SECONDS; second += 10) {
      clock.advance(10_000);
      ask('org_1');
      await keeper.round();
      await expect(store.expireDue('org_1', clock.now(), 10)).resolves.toEqual([]);
    }

    expect(book.openLeases.map(({ terms }) => terms.organizationId)).toEqual(['org_1']);
    records.isAway = false;
    await keeper.round();
    expect([...table.rows.values()].map(({ organizationId }) => organizationId)).toEqual(['org_1']);
  });

  it('keeps a spent lease for a rebuild, but not for ever when nobody asks for the counters', async () => {
    ask('org_1');
    await keeper.round();
    spend('org_1');
    store.isLost = true;

    for (let minute = 0; minute < 10; minute++) {
      await keeper.round();
      expect(book.closedLeases).toHaveLength(1);
      clock.advance(60_000);
    }
    clock.advance(1);
    await keeper.round();

    expect(book.count).toBe(0);
    expect(table.rows.size).toBe(0);
  });

  it('leaves leases that were not spent from to others when its process ends while the store is away', async () => {
    keeper.onModuleInit();
    ask('org_1');
    ask('org_2');
    await keeper.round();
    spend('org_2');
    store.isAway = true;

    await keeper.onModuleDestroy();

    const owners = [...table.rows.values()].map(({ organizationId, owner }) => [organizationId, owner]);
    expect(Object.fromEntries(owners)).toEqual({ org_1: null, org_2: 'box_own' });
  });

  it('says that it lives for as long as it has leases, also while the store is away', async () => {
    ask('org_1');
    await keeper.round();
    spend('org_1');
    store.isAway = true;

    for (let minute = 0; minute < 3; minute++) {
      table.silent.add('box_own');
      clock.advance(60_000);
      await keeper.round();
      expect(table.silent.size).toBe(0);
    }

    records.isAway = true;
    table.silent.add('box_own');
    clock.advance(60_000);
    await keeper.round();
    records.isAway = false;
    await keeper.round();
    expect(table.silent.size).toBe(0);
  });

  it('gives a lease back that nobody uses although the database is away', async () => {
    ask('org_1');
    ask('org_2');
    await keeper.round();
    records.isAway = true;
    await keeper.giveBack('org_2', COUNTER, 1);
    clock.advance(60_001);

    await keeper.round();

    expect(book.count).toBe(0);
    await expect(store.readCounters('org_1', [COUNTER])).resolves.toMatchObject([{ heldNanoUsd: 0n }]);
  });

  it.each([
    ['a process has its counters itself', { isShared: false, onStoreLoss: 'lease' }],
    ['nothing stands in for a lost store', { isShared: true, onStoreLoss: 'closed' }],
  ])('remembers nobody where %s', (_where, { isShared, onStoreLoss }) => {
    const config = loadConfig([CostConfig], { BUDGET_ON_STORE_LOSS: onStoreLoss }).get(CostConfig);
    const other = new LeaseKeeper({ isShared } as never, book, records, config, clock, silentMetrics());
    const request = {
      organizationId: 'org_1',
      lines: LINES,
      remainingNanoUsd: 100_000n,
      worstCaseNanoUsd: 10n,
    };

    other.note(request);
    expect(book.wanting()).toEqual([]);
    keeper.note(request);
    expect(book.wanting()).toHaveLength(1);
  });
});
