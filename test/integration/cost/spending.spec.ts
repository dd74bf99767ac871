import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { newId } from '../../../src/common/ids';
import { calendarWindow, type BudgetWindow } from '../../../src/cost/budgets/calendar-window';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import { Reconciliation } from '../../../src/cost/ledger/reconciliation';
import { RollupZones } from '../../../src/cost/ledger/rollup-zones';
import type { SpendingQuestion } from '../../../src/cost/ledger/spending';
import { SpendingQuery } from '../../../src/cost/ledger/spending.query';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { usageRow } from '../../support/cost-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

/** Clocks go back in Berlin in this night; Kathmandu is 5 hours and 45 minutes ahead. */
const NOW = Date.UTC(2026, 9, 26, 12);
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati'] as const;
const KINDS: readonly BudgetWindow[] = ['daily', 'weekly', 'monthly', 'yearly'];

interface Shape {
  readonly window: BudgetWindow;
  /** Between the beginning of the window and the hold, and between hold and start; the clock may have been set back. */
  readonly heldAfterMs: number;
  readonly startedAfterMs: number;
  readonly user: string;
  readonly key: string | null;
  readonly model: string;
  readonly cost: number;
  readonly corrected: number | null;
  readonly isRunning: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  window: fc.constantFrom(...KINDS),
  heldAfterMs: fc.oneof(
    fc.integer({ min: -20_000, max: 20_000 }),
    fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 }),
    fc.constant(0),
  ),
  startedAfterMs: fc.oneof(
    fc.integer({ min: 0, max: 30_000 }),
    fc.integer({ min: -3_600_000, max: 4 * 3_600_000 }),
  ),
  user: fc.constantFrom('usr_1', 'usr_2'),
  key: fc.constantFrom('key_1', null),
  model: fc.constantFrom('small', 'large'),
  cost: fc.integer({ min: 0, max: 1_000_000 }),
  corrected: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null, freq: 4 }),
  isRunning: fc.boolean(),
});

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let dataSource: DataSource;
  let spending: SpendingQuery;

  beforeAll(async () => {
    database = await open();
    dataSource = database.dataSource;
    spending = new SpendingQuery(dataSource);
  }, 180_000);
  afterAll(() => database.close());

  async function clear(zone: string): Promise<void> {
    await dataSource.query(
      'TRUNCATE usage_record, request_record, usage_rollup_hour, usage_rollup_day, latency_rollup, rollup_key, rollup_zone',
    );
    await dataSource.query(
      `INSERT INTO organization (id, slug, name, time_zone) VALUES ('org_1', 'one', 'One', $1)
       ON CONFLICT (id) DO UPDATE SET time_zone = excluded.time_zone`,
      [zone],
    );
  }

  const startsOf = (zone: string): number[] =>
    KINDS.map((kind) => calendarWindow(kind, NOW, zone).startsAtMs);

  function rowOf(one: Shape, zone: string): UsageRow {
    const heldAtMs = calendarWindow(one.window, NOW, zone).startsAtMs + one.heldAfterMs;
    return usageRow(
      {
        user_id: one.user,
        api_key_id: one.key,
        resolved_model: one.model,
        cost_nano_usd: String(one.cost),
        hold_id: newId('hold', heldAtMs),
        held_at: new Date(heldAtMs).toISOString(),
      },
      heldAtMs + one.startedAfterMs,
    );
  }

  async function read(question: SpendingQuestion): Promise<ReadonlyMap<string, string>> {
    const { spendings } = await spending.read(question);
    const amounts = spendings.map(({ spentNanoUsd, ...subject }): [string, string] => [
      JSON.stringify(subject),
      spentNanoUsd.join(' '),
    ]);
    const bySubject = new Map(amounts);
    expect(bySubject.size).toBe(amounts.length);
    return bySubject;
  }

  /** The same question, answered by the rows: there are no roll-ups in this zone. */
  async function readRows(question: SpendingQuestion): Promise<ReadonlyMap<string, string>> {
    return read({ ...question, timeZone: 'Etc/GMT+12' });
  }

  it('gives the same sums by roll-ups as by rows: any zone, calls over midnight, corrections, running holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ZONES),
        fc.array(shape, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (zone, shapes, byModel) => {
          await clear(zone);
          const rows = shapes.map((one) => rowOf(one, zone));
          await new LedgerRepository(dataSource).append(rows);
          const reconciliation = new Reconciliation(dataSource);
          for (const [i, { corrected }] of shapes.entries()) {
            if (corrected === null) continue;
            const attemptId = rows[i]?.attempt_id ?? '';
            await reconciliation.reconcile('org_1', { attemptId, costNanoUsd: BigInt(corrected) });
          }
          const withoutHolds = shapes.flatMap(({ isRunning }, i) =>
            isRunning ? [rows[i]?.hold_id ?? ''] : [],
          );
          const question: SpendingQuestion = {
            organizationId: 'org_1',
            timeZone: zone,
            sinceMs: startsOf(zone),
            byModel,
            attemptIds: [],
            withoutHolds,
          };

          const [byRollups, byRows] = [await read(question), await readRows(question)];

          expect(byRollups).toEqual(byRows);
        },
      ),
      { numRuns: 40 },
    );
  }, 300_000);

  it('is served by roll-ups, which outlive the rows', async () => {
    await clear('Europe/Berlin');
    const noon = calendarWindow('yearly', NOW, 'Europe/Berlin').startsAtMs + 12 * 3_600_000;
    await new LedgerRepository(dataSource).append([usageRow({ cost_nano_usd: '7' }, noon)]);
    const question: SpendingQuestion = {
      organizationId: 'org_1',
      timeZone: 'Europe/Berlin',
      sinceMs: startsOf('Europe/Berlin'),
      byModel: false,
      attemptIds: [],
      withoutHolds: [],
    };
    // What LEDGER_RETENTION_MONTHS does to a yearly budget.
    await dataSource.query('DROP TABLE usage_record_2026_01');

    expect([...(await read(question)).values()]).toEqual(['0 0 0 7']);
    expect(await readRows(question)).toEqual(new Map());
    await dataSource.query("SELECT ensure_usage_partition('2026-01-15')");
  });

  it('goes by the rows where days of another zone lie across the beginning of a window', async () => {
    await clear('Asia/Kathmandu');
    const midnight = calendarWindow('monthly', NOW, 'Europe/Berlin').startsAtMs;
    const ledger = new LedgerRepository(dataSource);
    await ledger.append([
      usageRow({ cost_nano_usd: '1' }, midnight - 60_000),
      usageRow({ cost_nano_usd: '10' }, midnight + 60_000),
    ]);
    // The organization moves, and the roll-ups of that night cannot be made anew: as after the end of retention.
    await dataSource.query("UPDATE rollup_zone SET time_zone = 'Europe/Berlin'");
    const question: SpendingQuestion = {
      organizationId: 'org_1',
      timeZone: 'Europe/Berlin',
      sinceMs: [midnight],
      byModel: false,
      attemptIds: [],
      withoutHolds: [],
    };

    expect([...(await read(question)).values()]).toEqual(['10']);
    await dataSource.query("UPDATE organization SET time_zone = 'UTC'");
    await new RollupZones(dataSource).run();
    expect([...(await read({ ...question, timeZone: 'UTC' })).values()]).toEqual(['10']);
  });
}

describe('spending on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('spending on PostgreSQL', () => {
  guarantees(openPostgres);
});
