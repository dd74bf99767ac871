import type { DataSource } from 'typeorm';
import { isJsonObject, parseJson } from '../../common/json';
import { isDecisionRecord } from '../../routing/decision-record';
import type { LoggedDecision } from '../../routing/learning/replay/logged-decision';

/** Which decisions are read. */
export interface LogPeriod {
  /** First and last day, `YYYY-MM-DD`, UTC. */
  readonly from: string;
  readonly to: string;
  /** Only this tenant's; all tenants when absent. */
  readonly organizationId?: string;
}

/** Some decisions of the log, in the order in which they were made. */
export interface LogPage {
  /** Decisions that were looked at, with an outcome or without. */
  readonly read: number;
  readonly decisions: readonly LoggedDecision[];
}

/** About 3 MB of records. */
const PAGE = 2_000;
const DAY_MS = 86_400_000;

/**
 * A day is a partition; within it the primary key leads. A request that was planned twice counts with its last decision. When several people spoke about a
 * request, their mean counts.
 */
const READ = `
  SELECT d.decision_id, outcome.score, CASE WHEN outcome.score IS NOT NULL THEN d.record END AS record
  FROM (
    SELECT decision_id, request_id, organization_id, record FROM routing_decision
    WHERE decided_on = $1::date AND decision_id > $2 AND ($3::text IS NULL OR organization_id = $3)
    ORDER BY decision_id LIMIT ${String(PAGE)}
  ) AS d
  LEFT JOIN LATERAL (
    SELECT avg(f.score) AS score FROM routing_feedback f
    WHERE f.request_id = d.request_id AND f.organization_id = d.organization_id
      AND NOT EXISTS (
        SELECT 1 FROM routing_decision later
        WHERE later.request_id = d.request_id AND later.decision_id > d.decision_id
          AND later.decided_on BETWEEN $1::date AND $1::date + 1)
  ) AS outcome ON true
  ORDER BY d.decision_id`;

/** Reads stored decisions together with what became of them, page by page: a log of any length fits into the memory of a page. */
export class LoggedDecisionReader {
  constructor(private readonly dataSource: DataSource) {}

  async *read(period: LogPeriod): AsyncGenerator<LogPage> {
    for (const day of daysOf(period)) {
      let after = '';
      for (;;) {
        const found: unknown = await this.dataSource.query(READ, [day, after, period.organizationId ?? null]);
        const rows = Array.isArray(found) ? found.filter(isJsonObject) : [];
        if (rows.length > 0) yield { read: rows.length, decisions: rows.flatMap(toLogged) };
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) break;
        after = String(last['decision_id']);
      }
    }
  }
}

function toLogged({ score, record }: Readonly<Record<string, unknown>>): LoggedDecision[] {
  const parsed = typeof record === 'string' ? parseJson(record) : undefined;
  return isDecisionRecord(parsed) ? [{ record: parsed, outcome: Number(score) }] : [];
}

function daysOf({ from, to }: LogPeriod): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
