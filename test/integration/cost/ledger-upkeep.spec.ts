import { LedgerConfig } from '../../../src/cost/ledger/ledger.config';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import { LedgerUpkeep } from '../../../src/cost/ledger/ledger-upkeep';
import { RollupZones } from '../../../src/cost/ledger/rollup-zones';
import { loadConfig } from '../../../src/platform/config/load-config';
import type { PeriodicTask } from '../../../src/platform/queue/periodic-task';
import { PeriodicTasks } from '../../../src/platform/queue/periodic-tasks';
import { usageRow } from '../../support/cost-kit';
import { eventually } from '../../support/eventually';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const DAY_MS = 86_400_000;

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;

  beforeAll(async () => {
    database = await open();
  }, 120_000);
  afterAll(() => database.close());

  const query = <T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
    database.dataSource.query<T[]>(sql, values);
  const partitions = async (table: string): Promise<string[]> =>
    (
      await query<{ name: string }>(
        'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1',
        [table],
      )
    ).map(({ name }) => name);
  const month = (ahead: number): string => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))
      .toISOString()
      .slice(0, 7)
      .replace('-', '_');
  };

  it('makes the partitions of the coming months, and drops those past the retention without touching the roll-ups', async () => {
    const monthsAgo = (months: number): number => {
      const now = new Date();
      return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 15);
    };
    const ledger = new LedgerRepository(database.dataSource);
    await ledger.append([13, 14, 40].map((months) => usageRow({}, monthsAgo(months))));
    const config = loadConfig([LedgerConfig], {
      LEDGER_RETENTION_MONTHS: '13',
      ROLLUP_DAILY_RETENTION_MONTHS: '20',
    }).get(LedgerConfig);

    await new LedgerUpkeep(database.dataSource, config).run();

    for (const table of ['usage_record', 'request_record']) {
      const names = await partitions(table);
      expect(names).toEqual(expect.arrayContaining([0, 1, 2, 3].map((ahead) => `${table}_${month(ahead)}`)));
      expect(names).toContain(`${table}_${month(-13)}`);
      expect(names).not.toContain(`${table}_${month(-14)}`);
      expect(names).not.toContain(`${table}_${month(-40)}`);
    }
    await expect(
      query('SELECT count(*)::int AS days FROM usage_rollup_day WHERE NOT detailed'),
    ).resolves.toEqual([{ days: 2 }]);
    await expect(query('SELECT count(*)::int AS hours FROM usage_rollup_hour')).resolves.toEqual([
      { hours: 0 },
    ]);
  });

  it('rolls an organization up again when it moves to another time zone', async () => {
    const at = Date.now() - 3 * DAY_MS;
    const lateEvening = at - (at % DAY_MS) + 23 * 3_600_000;
    await query(
      "INSERT INTO organization (id, slug, name, time_zone) VALUES ('org_moves', 'moves', 'Moves', 'UTC')",
    );
    await new LedgerRepository(database.dataSource).append([
      usageRow({ organization_id: 'org_moves' }, lateEvening),
      usageRow({ organization_id: 'org_moves' }, lateEvening - 20 * 3_600_000),
    ]);
    const days = async (): Promise<unknown> => {
      const rows = await query<{ bucket: Date; calls: string }>(
        `SELECT bucket, sum(calls) AS calls FROM usage_rollup_day
         WHERE organization_id = 'org_moves' AND NOT detailed GROUP BY 1 ORDER BY 1`,
      );
      return rows.map(({ bucket, calls }) => [bucket.getUTCHours(), Number(calls)]);
    };
    expect(await days()).toEqual([[0, 2]]);

    await query("UPDATE organization SET time_zone = 'Asia/Tokyo' WHERE id = 'org_moves'");
    await new RollupZones(database.dataSource).run();

    expect(await days()).toEqual([
      [15, 1],
      [15, 1],
    ]);
  });

  it('runs a periodic task in one of several processes, again when it is due, and remembers why it failed', async () => {
    const runs: string[] = [];
    const taskOf = (process: string): PeriodicTask => ({
      name: 'test-task',
      everyMs: 300,
      run: () => {
        runs.push(process);
        return runs.length === 1 ? Promise.resolve() : Promise.reject(new Error('no luck'));
      },
    });
    const processes = ['a', 'b', 'c'].map((name) => new PeriodicTasks([taskOf(name)], database.dataSource));
    const startedAt = Date.now();

    for (const process of processes) process.onApplicationBootstrap();
    await eventually(() => expect(runs.length).toBeGreaterThanOrEqual(3));
    const elapsed = Date.now() - startedAt;
    await Promise.all(processes.map((process) => process.beforeApplicationShutdown()));

    expect(runs.length).toBeLessThanOrEqual(2 + elapsed / 300);
    await expect(query("SELECT last_error FROM periodic_task WHERE name = 'test-task'")).resolves.toEqual([
      { last_error: 'no luck' },
    ]);
  });
}

describe('upkeep on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('upkeep on PostgreSQL', () => {
  guarantees(openPostgres);
});
