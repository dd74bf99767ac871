import { Logger } from '@nestjs/common';
import { ExpiredHolds } from '../../../src/cost/holds/expired-holds';
import { ExpiredHoldRows } from '../../../src/cost/ledger/expired-hold-rows';
import { Reconciliation } from '../../../src/cost/ledger/reconciliation';
import { UsageJournal } from '../../../src/cost/ledger/usage-journal';
import { parseUsageRow, type UsageRow } from '../../../src/cost/ledger/usage-row';
import { CostKit, usageRow } from '../../support/cost-kit';
import { usageProcessorOn } from '../../support/ledger-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const WORST_CASE = 4_000n;

class MemoryJournal extends UsageJournal {
  readonly rows: UsageRow[] = [];

  constructor() {
    super(undefined as never);
  }

  override async note(row: UsageRow): Promise<void> {
    this.rows.push(row);
  }
}

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let kit: CostKit;
  let journal: MemoryJournal;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    await database.dataSource.query('TRUNCATE usage_record, request_record');
    kit = new CostKit({ BUDGET_HOLD_SECONDS: '120' });
    journal = new MemoryJournal();
    new ExpiredHolds(kit.keeper, journal).onModuleInit();
  });

  /** A hold whose owner is gone: nobody renews it, and then somebody else finds it overdue. */
  async function expire(): Promise<UsageRow> {
    const hold = await kit.hold(WORST_CASE);
    const other = new CostKit({ BUDGET_HOLD_SECONDS: '120' });
    const expired = await kit.store.expireDue('org_1', kit.clock.now() + 130_000, 10);
    expect(expired.map(({ holdId }) => holdId)).toEqual([hold.holdId]);
    other.store.expireDue = () => Promise.resolve(expired);
    other.store.organizationsWithHolds = () => Promise.resolve(['org_1']);
    new ExpiredHolds(other.keeper, journal).onModuleInit();
    await other.keeper.tick();
    const [row] = journal.rows;
    if (!row) throw new Error('nothing was booked');
    return row;
  }
  const book = (...rows: readonly UsageRow[]): Promise<void> =>
    usageProcessorOn(database.dataSource).process({ rows });
  const ledger = async (): Promise<{ rows: number; cost: string }> => {
    const [sum] = await database.dataSource.query<{ rows: number; cost: string }[]>(
      'SELECT count(*)::int AS rows, sum(cost_nano_usd)::text AS cost FROM usage_record',
    );
    return sum ?? { rows: 0, cost: '0' };
  };
  const callUnder = (row: UsageRow, cost: string): UsageRow =>
    usageRow(
      { hold_id: row.hold_id, request_id: row.request_id, cost_nano_usd: cost, error_code: 'process_died' },
      kit.clock.now(),
    );

  it('have one row, estimated at their amount, that says whose they were', async () => {
    const row = await expire();
    await book(row, row);

    expect(parseUsageRow(row)).toBe(row);
    expect(row).toMatchObject({
      user_id: 'usr_1',
      api_key_id: 'key_1',
      cost_nano_usd: String(WORST_CASE),
      held_nano_usd: String(WORST_CASE),
      cost_source: 'estimated',
      status: 'unknown',
      error_code: 'hold_expired',
    });
    expect(await ledger()).toEqual({ rows: 1, cost: String(WORST_CASE) });
  });

  it('leave in the sums only their calls, when those are booked after all', async () => {
    const row = await expire();
    await book(row);

    await book(callUnder(row, '1500'));

    expect(await ledger()).toEqual({ rows: 3, cost: '1500' });
    await new ExpiredHoldRows(database.dataSource, new Reconciliation(database.dataSource)).run();
    expect(await ledger()).toEqual({ rows: 3, cost: '1500' });
  });

  it('leave in the sums only their calls, when those were booked first', async () => {
    const row = await expire();
    await book(callUnder(row, '1500'));

    await book(row);

    expect(await ledger()).toEqual({ rows: 3, cost: '1500' });
  });
}

describe('expired holds on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('expired holds on PostgreSQL', () => {
  guarantees(openPostgres);
});
