import { Logger } from '@nestjs/common';
import { AlertDesk } from '../../../src/analytics/alerts/alert-desk';
import { AlertRepository } from '../../../src/analytics/alerts/alert.repository';
import { AlertsConfig } from '../../../src/analytics/alerts/alerts.config';
import { BudgetAlerts } from '../../../src/analytics/alerts/budget-alerts';
import { CostConfig } from '../../../src/cost/cost.config';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { loadConfig, type RawSettings } from '../../../src/platform/config/load-config';
import { silentMetrics, usageRow } from '../../support/cost-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  const alertsConfig = loadConfig([AlertsConfig], {}).get(AlertsConfig);

  beforeAll(async () => {
    database = await open();
  }, 180_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    await query(
      'TRUNCATE alert_event, alert_delivery, budget_alert, usage_record, request_record, rollup_key',
    );
    await query('TRUNCATE usage_rollup_hour, usage_rollup_day, rollup_zone');
  });

  const query = <T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
    database.dataSource.query<T[]>(sql, values);
  const spend = (usd: number, changes: Partial<UsageRow> = {}): Promise<unknown> =>
    new LedgerRepository(database.dataSource).append([
      usageRow(
        { cost_nano_usd: String(usd * 1e9), user_id: 'usr_a', api_key_id: 'key_a', ...changes },
        Date.now(),
      ),
    ]);
  const budgetAlerts = (settings: RawSettings = {}): BudgetAlerts =>
    new BudgetAlerts(
      database.dataSource,
      new AlertDesk(new AlertRepository(database.dataSource), [], alertsConfig, silentMetrics()),
      loadConfig([CostConfig], settings).get(CostConfig),
    );
  const fired = async (): Promise<unknown[]> =>
    (
      await query<{ budget_id: string; threshold: number }>(
        'SELECT budget_id, threshold FROM budget_alert ORDER BY budget_id, threshold',
      )
    ).map(({ budget_id, threshold }) => [budget_id, threshold]);

  async function putBudget(id: string, changes: Record<string, unknown> = {}): Promise<void> {
    await query(
      "INSERT INTO organization (id, slug, name) VALUES ('org_1', 'one', 'One') ON CONFLICT DO NOTHING",
    );
    const budget = {
      id,
      organization_id: 'org_1',
      level: 'organization',
      scope_id: 'org_1',
      budget_window: 'monthly',
      provider: '',
      model: '',
      limit_nano_usd: '10000000000',
      mode: 'enforce',
      alert_thresholds: [50, 80, 95, 100],
      set_by: 'administrator',
      ...changes,
    };
    const names = Object.keys(budget);
    await query(
      `INSERT INTO budget (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(budget),
    );
  }

  afterEach(() => query('DELETE FROM budget'));

  it('fire once per window and threshold, on every level, as spending passes them', async () => {
    await putBudget('bdg_org');
    await putBudget('bdg_user', {
      level: 'user',
      scope_id: 'usr_a',
      budget_window: 'yearly',
      alert_thresholds: [75],
    });
    await putBudget('bdg_key', {
      level: 'api_key',
      scope_id: 'key_a',
      budget_window: 'weekly',
      provider: 'Demo',
    });
    await putBudget('bdg_project', {
      level: 'project',
      scope_id: 'prj_a',
      limit_nano_usd: '5000000000',
      alert_thresholds: [100],
    });
    await putBudget('bdg_other', { level: 'user', scope_id: 'usr_b', budget_window: 'daily' });
    await putBudget('bdg_model', { budget_window: 'daily', model: 'another-model' });
    const watch = budgetAlerts({ DEFAULT_DAILY_BUDGET: '1000', DEFAULT_MONTHLY_BUDGET: '1000' });

    await spend(4.9, { project_id: 'prj_a' });
    await watch.run();
    expect(await fired()).toEqual([]);
    await spend(0.1);
    await watch.run();
    await watch.run();
    expect(await fired()).toEqual([
      ['bdg_key', 50],
      ['bdg_org', 50],
    ]);
    await spend(5, { project_id: 'prj_b', organization_id: 'org_2' });
    await spend(3.2, { project_id: 'prj_a' });
    await Promise.all([watch.run(), watch.run()]);
    expect(await fired()).toEqual([
      ['bdg_key', 50],
      ['bdg_key', 80],
      ['bdg_org', 50],
      ['bdg_org', 80],
      ['bdg_project', 100],
      ['bdg_user', 75],
    ]);
    const [row] = await query('SELECT count(*)::int AS alerts FROM alert_event');
    expect(row).toEqual({ alerts: 6 });
  });

  it('fire for limits that a key was made with, as long as the key works', async () => {
    await query(
      "INSERT INTO organization (id, slug, name) VALUES ('org_1', 'one', 'One') ON CONFLICT DO NOTHING",
    );
    await query("INSERT INTO app_user (id) VALUES ('usr_a') ON CONFLICT DO NOTHING");
    const limits = { daily_budget_nano_usd: '1000000000', yearly_budget_nano_usd: '2000000000' };
    for (const [id, revoked] of [
      ['key_a', null],
      ['key_b', new Date()],
    ])
      await query(
        `INSERT INTO api_key (id, organization_id, user_id, name, prefix, hash, permissions, limits, revoked_at)
         VALUES ($1, 'org_1', 'usr_a', 'test', 'mm_', $1, '{}', $2, $3)`,
        [id, limits, revoked],
      );
    const watch = budgetAlerts({ DEFAULT_DAILY_BUDGET: '1000', DEFAULT_MONTHLY_BUDGET: '1000' });

    await spend(1);
    await spend(1, { api_key_id: 'key_b' });
    await watch.run();
    await watch.run();

    expect(await fired()).toEqual([
      ['key/key_a/daily', 50],
      ['key/key_a/daily', 80],
      ['key/key_a/daily', 95],
      ['key/key_a/daily', 100],
      ['key/key_a/yearly', 50],
    ]);
    await query('DELETE FROM api_key');
  });

  it('count a call in the day in which its money was held, as admission does, also when it started in the next', async () => {
    const midnight = new Date().setUTCHours(0, 0, 0, 0);
    const row = (heldAfterMs: number, usd: number): UsageRow =>
      usageRow(
        {
          cost_nano_usd: String(usd * 1e9),
          user_id: 'usr_a',
          held_at: new Date(midnight + heldAfterMs).toISOString(),
        },
        midnight + 5_000,
      );
    await putBudget('bdg_org', { budget_window: 'daily' });
    const watch = budgetAlerts({ DEFAULT_DAILY_BUDGET: '10', DEFAULT_MONTHLY_BUDGET: '1000' });

    await new LedgerRepository(database.dataSource).append([row(-2_000, 6), row(-1, 2)]);
    await watch.run();
    expect(await fired()).toEqual([]);
    await new LedgerRepository(database.dataSource).append([row(0, 5)]);
    await watch.run();

    expect(await fired()).toEqual([
      ['bdg_org', 50],
      ['default/usr_a/daily', 50],
    ]);
  });

  it('hold for the configured default budgets of every user', async () => {
    await spend(8);
    await spend(1, { user_id: 'usr_b' });

    await budgetAlerts({ DEFAULT_DAILY_BUDGET: '10', DEFAULT_MONTHLY_BUDGET: '100' }).run();

    expect(await fired()).toEqual([
      ['default/usr_a/daily', 50],
      ['default/usr_a/daily', 80],
    ]);
  });
}

describe('budget thresholds on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('budget thresholds on PostgreSQL', () => {
  guarantees(openPostgres);
});
