import type { Repository } from 'typeorm';
import { SecurityEventStore } from '../../../src/tenancy/security/security-event-store';
import type { SecurityEventEntity } from '../../../src/tenancy/security/security-event.entity';
import { SecurityWatchConfig } from '../../../src/tenancy/security/security-watch.config';
import { ActivityWatch } from '../../../src/analytics/activity-watch';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import { loadConfig } from '../../../src/platform/config/load-config';
import { usageRow } from '../../support/cost-kit';
import { openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const HOUR_MS = 3_600_000;
const USD = 1_000_000_000;

describeWithPostgres('the watch over what keys do', () => {
  let database: MigratedDatabase;

  beforeAll(async () => {
    database = await openPostgres();
    await database.dataSource.query(
      `INSERT INTO organization (id, slug, name) VALUES ('org_1', 'one', 'One')`,
    );
  }, 120_000);
  afterAll(() => database.close());

  const repository = (): LedgerRepository => new LedgerRepository(database.dataSource);

  /** Calls of a key in the hour that many hours ago. */
  async function calls(
    key: string,
    hoursAgo: number,
    options: { count: number; usd?: number },
  ): Promise<void> {
    const atMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - hoursAgo * HOUR_MS + 1;
    const cost = String(Math.round(((options.usd ?? 0) * USD) / options.count));
    const rows = Array.from({ length: options.count }, () =>
      usageRow({ api_key_id: key, cost_nano_usd: cost }, atMs),
    );
    await repository().append(rows);
  }

  async function unusual(): Promise<readonly { kind: string; subject_id: string; facts: object }[]> {
    const config = loadConfig([SecurityWatchConfig], {
      SECURITY_ACTIVITY_FACTOR: '4',
      SECURITY_ACTIVITY_MIN_CALLS: '20',
      SECURITY_ACTIVITY_MIN_COST_USD: '5',
    }).get(SecurityWatchConfig);
    // Only the statements of the store are needed, not the mapping of entities.
    const { manager } = database.dataSource;
    const store = new SecurityEventStore({ manager } as Repository<SecurityEventEntity>);
    const watch = new ActivityWatch(database.dataSource, config, store);
    await watch.run();
    await watch.run();
    return database.dataSource.query('SELECT kind, subject_id, facts FROM security_event ORDER BY 2, 1');
  }

  it('tells of a rate and of spending far above the key’s own busiest hour, once, and of nothing else', async () => {
    for (let hour = 1; hour <= 26; hour += 1) {
      for (const key of ['key_rate', 'key_spend', 'key_busy', 'key_small'])
        await calls(key, hour, { count: 2, usd: 1 });
    }
    await calls('key_busy', 3, { count: 30, usd: 30 });
    await calls('key_rate', 0, { count: 24, usd: 1 });
    await calls('key_spend', 0, { count: 2, usd: 9 });
    await calls('key_busy', 0, { count: 30, usd: 30 });
    await calls('key_small', 0, { count: 15, usd: 4.5 });
    await calls('key_new', 0, { count: 50, usd: 50 });

    expect(await unusual()).toMatchObject([
      { kind: 'unusual_rate', subject_id: 'key_rate', facts: { calls: 24, most_calls: 2 } },
      { kind: 'unusual_spend', subject_id: 'key_spend', facts: { cost_usd: 9, most_cost_usd: 1 } },
    ]);
  }, 60_000);
});
