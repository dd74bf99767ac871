import type { EntityManager } from 'typeorm';
import { timeOfId } from '../../common/ids';
import type { SpendingQuestion } from './spending';

const QUARTER_MS = 15 * 60_000;
/**
 * True for the few calls that did not start in the quarter of an hour in which their money was held. Days of all time
 * zones begin with a quarter, so all others are in the same windows by either time. Has an index of its own.
 */
export const MOVED = `date_bin('15 minutes', held_at, '2000-01-01 00:00:00+00')
  <> date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00')`;

/**
 * The roll-ups are by the start of a call and by days of their zone. They can serve windows that begin with such a day, as
 * long as no day of another zone, left from before a move, lies across the beginning.
 */
const CAN_SERVE = `
  SELECT zone.time_zone = $2
    AND NOT EXISTS (SELECT FROM unnest($3::timestamptz[]) AS since(at) WHERE date_trunc('day', since.at, $2) <> since.at)
    AND NOT EXISTS (
      SELECT FROM unnest($3::timestamptz[]) AS since(at) JOIN usage_rollup_day AS fact
        ON fact.organization_id = $1 AND fact.detailed AND fact.bucket > since.at - interval '26 hours'
        AND fact.bucket < since.at AND fact.bucket <> date_trunc('day', since.at - interval '1 second', $2)) AS yes
  FROM rollup_zone AS zone WHERE zone.organization_id = $1`;

/** Whether {@link rollupStatement} gives what adding up the rows would. */
export async function canServeFromRollups(
  manager: EntityManager,
  { organizationId, timeZone, sinceMs, withoutHolds }: SpendingQuestion,
): Promise<boolean> {
  if (sinceMs.some((ms) => ms % QUARTER_MS !== 0)) return false;
  if (withoutHolds.some((id) => timeOfId(id) === undefined)) return false;
  const since = sinceMs.map((ms) => new Date(ms).toISOString());
  const [row] = await manager.query<{ yes: boolean }[]>(CAN_SERVE, [organizationId, timeZone, since]);
  return row?.yes === true;
}

/**
 * The sums by day; what calls that were held in one window and started in another change; and less what belongs to the
 * holds that do not count. Together exactly what the rows say, by the time of the hold.
 */
export function rollupStatement(question: SpendingQuestion): {
  readonly text: string;
  readonly values: readonly unknown[];
} {
  const { organizationId, sinceMs, withoutHolds } = question;
  const parts = [
    ofDays(question),
    ofRows(question, MOVED, (since) => `(held_at >= ${since})::int - (started_at >= ${since})::int`),
  ];
  if (withoutHolds.length > 0) parts.push(ofRows(question, HELD, (since) => `-(held_at >= ${since})::int`));
  const firstHeldMs = Math.min(...withoutHolds.map((id) => timeOfId(id) ?? 0));
  return {
    text: parts.join(' UNION ALL '),
    values: [
      organizationId,
      sinceMs.map((ms) => new Date(ms).toISOString()),
      ...(withoutHolds.length > 0
        ? [withoutHolds, new Date(firstHeldMs - 2 * QUARTER_MS).toISOString()]
        : []),
    ],
  };
}

/** Calls of the holds: those that moved may have started at any time, all others not long before they were held. */
const HELD = `hold_id = ANY($3::text[]) AND (started_at >= $4::timestamptz OR ${MOVED})`;

const instant = (index: number): string => `($2::timestamptz[])[${index + 1}]`;

function ofDays({ sinceMs, byModel }: SpendingQuestion): string {
  const sums = sinceMs.map(
    (_, i) =>
      `coalesce(sum(fact.cost_nano_usd) FILTER (WHERE fact.bucket >= ${instant(i)}), 0)::text AS spent_${i}`,
  );
  return `
    SELECT nullif(key.project_id, '') AS project_id, key.user_id, nullif(key.api_key_id, '') AS api_key_id,
      ${byModel ? 'key.provider, key.model' : `'' AS provider, ''`} AS resolved_model, ${sums.join(', ')}
    FROM usage_rollup_day AS fact JOIN rollup_key AS key ON key.id = fact.key_id
    WHERE fact.organization_id = $1 AND fact.detailed
      AND fact.bucket >= (SELECT min(at) FROM unnest($2::timestamptz[]) AS since(at))
    GROUP BY 1, 2, 3, 4, 5`;
}

function ofRows(
  { sinceMs, byModel }: SpendingQuestion,
  condition: string,
  factor: (since: string) => string,
): string {
  const sums = sinceMs.map((_, i) => `sum(cost_nano_usd * (${factor(instant(i))}))::text AS spent_${i}`);
  return `
    SELECT project_id, user_id, api_key_id, ${byModel ? 'provider, resolved_model' : `'' AS provider, '' AS resolved_model`},
      ${sums.join(', ')}
    FROM usage_record WHERE organization_id = $1 AND ${condition} GROUP BY 1, 2, 3, 4, 5`;
}
