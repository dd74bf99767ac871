import type { DataSource } from 'typeorm';
import type { NanoUsd } from '../../common/money';
import { DEFAULT_ALERT_THRESHOLDS } from '../../cost/budgets/budget';
import { KEY_BUDGETS } from '../../cost/budgets/key-budgets.query';

/** What a budget has spent in its window, where that is worth an alert. */
export interface BudgetSpending {
  readonly organization_id: string;
  readonly budget_id: string;
  readonly level: string;
  readonly scope_id: string;
  readonly budget_window: string;
  /** First day of the window. */
  readonly label: string;
  readonly limit_nano_usd: string;
  readonly spent_nano_usd: string;
  /** Per cent of the limit. */
  readonly thresholds: readonly number[];
}

/** Which roll-up keys count on a budget of a level. */
const LEVELS = {
  organization: 'NOT key.detailed',
  project: 'key.detailed AND key.project_id = budget.scope_id',
  user: 'key.detailed AND key.user_id = budget.scope_id',
  api_key: 'key.detailed AND key.api_key_id = budget.scope_id',
} as const;

const WINDOW_START = `
  CROSS JOIN LATERAL (SELECT date_trunc(
    CASE budget.budget_window WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week' WHEN 'monthly' THEN 'month' ELSE 'year' END,
    now() AT TIME ZONE zone.time_zone) AS first) AS open`;

const ofLevel = (level: keyof typeof LEVELS): string => `
  SELECT budget.organization_id, budget.id AS budget_id, budget.level, budget.scope_id, budget.budget_window,
    to_char(open.first, 'YYYY-MM-DD') AS label, budget.limit_nano_usd::text AS limit_nano_usd,
    spent.nano_usd::text AS spent_nano_usd, budget.alert_thresholds AS thresholds
  FROM every_budget AS budget JOIN rollup_zone AS zone ON zone.organization_id = budget.organization_id
  ${WINDOW_START}
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(fact.cost_nano_usd), 0) AS nano_usd
    FROM rollup_key AS key JOIN usage_rollup_day AS fact
      ON fact.key_id = key.id AND fact.bucket >= open.first AT TIME ZONE zone.time_zone
    WHERE key.organization_id = budget.organization_id AND ${LEVELS[level]}
      AND (budget.provider = '' OR lower(key.provider) = lower(budget.provider))
      AND (budget.model = '' OR lower(key.model) = lower(budget.model))) AS spent
  WHERE budget.level = '${level}' AND budget.limit_nano_usd > 0
    AND spent.nano_usd * 100 >= budget.limit_nano_usd * (SELECT min(t) FROM unnest(budget.alert_thresholds) AS t)`;

/** Those that were set, and those that keys were made with, which have the default thresholds. */
const EVERY_BUDGET = `
  WITH every_budget AS (
    SELECT organization_id, id, level, scope_id, budget_window, provider, model, limit_nano_usd, alert_thresholds FROM budget
    UNION ALL
    SELECT organization_id, 'key/' || key_id || '/' || budget_window, 'api_key', key_id, budget_window, '', '',
      limit_nano_usd, $1::float8[] FROM (${KEY_BUDGETS}) AS of_key)`;

/** Every budget that has reached the lowest of its thresholds in the window that is open now. */
export function spendingOfBudgets(dataSource: DataSource): Promise<BudgetSpending[]> {
  const levels = ['organization', 'project', 'user', 'api_key'] as const;
  return dataSource.query<BudgetSpending[]>(`${EVERY_BUDGET} ${levels.map(ofLevel).join(' UNION ALL ')}`, [
    [...DEFAULT_ALERT_THRESHOLDS],
  ]);
}

const OF_USERS = `
  SELECT budget.*, to_char(open.first, 'YYYY-MM-DD') AS label, spent.nano_usd::text AS spent_nano_usd FROM (
    SELECT zone.organization_id, 'default/' || key.user_id || '/' || kind.budget_window AS budget_id, 'user' AS level,
      key.user_id AS scope_id, kind.budget_window, kind.limit_nano_usd::text AS limit_nano_usd, zone.time_zone
    FROM rollup_zone AS zone
    CROSS JOIN (VALUES ('daily', $1::bigint), ('monthly', $2::bigint)) AS kind(budget_window, limit_nano_usd)
    JOIN LATERAL (
      SELECT DISTINCT user_id FROM rollup_key AS known JOIN usage_rollup_day AS fact ON fact.key_id = known.id
      WHERE fact.organization_id = zone.organization_id AND fact.detailed
        AND fact.bucket >= date_trunc('day', now(), zone.time_zone)) AS key ON true
    WHERE kind.limit_nano_usd > 0) AS budget
  JOIN rollup_zone AS zone ON zone.organization_id = budget.organization_id
  ${WINDOW_START}
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(fact.cost_nano_usd), 0) AS nano_usd
    FROM rollup_key AS key JOIN usage_rollup_day AS fact
      ON fact.key_id = key.id AND fact.bucket >= open.first AT TIME ZONE zone.time_zone
    WHERE key.organization_id = budget.organization_id AND key.detailed AND key.user_id = budget.scope_id) AS spent
  WHERE spent.nano_usd * 100 >= budget.limit_nano_usd::bigint * $3::float
    AND NOT EXISTS (
      SELECT FROM budget AS own WHERE own.organization_id = budget.organization_id AND own.level = 'user'
        AND own.scope_id = budget.scope_id AND own.budget_window = budget.budget_window
        AND own.set_by = 'administrator' AND own.provider = '' AND own.model = '')`;

/** Users that were active today and have reached the lowest threshold of a configured default budget. */
export async function spendingOfUsers(
  dataSource: DataSource,
  { daily, monthly, thresholds }: { daily: NanoUsd; monthly: NanoUsd; thresholds: readonly number[] },
): Promise<BudgetSpending[]> {
  const rows = await dataSource.query<Omit<BudgetSpending, 'thresholds'>[]>(OF_USERS, [
    daily.toString(),
    monthly.toString(),
    Math.min(...thresholds),
  ]);
  return rows.map((row) => ({ ...row, thresholds }));
}
