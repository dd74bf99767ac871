import type { DataSource } from 'typeorm';
import type { NanoUsd } from '../../common/money';
import { DEFAULT_ALERT_THRESHOLDS } from '../../cost/budgets/budget';
import { KEY_BUDGETS } from '../../cost/budgets/key-budgets.query';
import { MOVED } from '../../cost/ledger/rollup-spending';

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

const LEVELS = ['organization', 'project', 'user', 'api_key'] as const;
type Level = (typeof LEVELS)[number];

/** Which roll-up keys count on a budget of a level; the coarse ones, far fewer, on that of the organization. */
const keyCounts = (level: Level): string =>
  level === 'organization' ? 'NOT key.detailed' : `key.detailed AND key.${level}_id = budget.scope_id`;

/** Which calls do. */
const callCounts = (level: Level): string =>
  level === 'organization' ? 'true' : `call.${level}_id = budget.scope_id`;

/** The window that is open now: its first day, and the instant at which it began. */
const OPEN_WINDOW = `
  CROSS JOIN LATERAL (SELECT date_trunc(
    CASE budget.budget_window WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week' WHEN 'monthly' THEN 'month' ELSE 'year' END,
    now() AT TIME ZONE zone.time_zone) AS first) AS day
  CROSS JOIN LATERAL (SELECT day.first, day.first AT TIME ZONE zone.time_zone AS start) AS open`;

/**
 * The roll-ups go by the start of a call, a budget by the time its money was held: calls in between are put right, as far as
 * they took less than a day to start.
 */
const spentOf = (level: Level, filters: { readonly key: string; readonly call: string }): string => `
  CROSS JOIN LATERAL (SELECT (
    (SELECT coalesce(sum(fact.cost_nano_usd), 0)
     FROM rollup_key AS key JOIN usage_rollup_day AS fact ON fact.key_id = key.id AND fact.bucket >= open.start
     WHERE key.organization_id = budget.organization_id AND ${keyCounts(level)} ${filters.key})
    + (SELECT coalesce(sum(call.cost_nano_usd * ((held_at >= open.start)::int - (started_at >= open.start)::int)), 0)
     FROM usage_record AS call
     WHERE call.organization_id = budget.organization_id AND ${MOVED} AND ${callCounts(level)} ${filters.call}
       AND held_at > open.start - interval '1 day' AND held_at < open.start + interval '1 day')) AS nano_usd) AS spent`;

const ofOne = (provider: string, model: string): string => `
  AND (budget.provider = '' OR lower(${provider}) = lower(budget.provider))
  AND (budget.model = '' OR lower(${model}) = lower(budget.model))`;

const ofLevel = (level: Level): string => `
  SELECT budget.organization_id, budget.id AS budget_id, budget.level, budget.scope_id, budget.budget_window,
    to_char(open.first, 'YYYY-MM-DD') AS label, budget.limit_nano_usd::text AS limit_nano_usd,
    spent.nano_usd::text AS spent_nano_usd, budget.alert_thresholds AS thresholds
  FROM every_budget AS budget JOIN rollup_zone AS zone ON zone.organization_id = budget.organization_id
  ${OPEN_WINDOW}
  ${spentOf(level, { key: ofOne('key.provider', 'key.model'), call: ofOne('call.provider', 'call.resolved_model') })}
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
  return dataSource.query<BudgetSpending[]>(`${EVERY_BUDGET} ${LEVELS.map(ofLevel).join(' UNION ALL ')}`, [
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
  ${OPEN_WINDOW}
  ${spentOf('user', { key: '', call: '' })}
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
