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
  /** Also answers about which nobody said anything: good ones unless their form was wrong or they were asked for again. */
  readonly implicitOutcomes?: boolean;
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
 * A day is a partition; within it the primary key leads. A request that was planned twice counts with its last decision. What people say counts
 * (their mean, when several do), else what a judge said, else what could be seen of the answer.
 */
const READ = `
  WITH page AS (
    SELECT decision_id, request_id, organization_id, record FROM routing_decision
    WHERE decided_on = $1::date AND decision_id > $2 AND ($3::text IS NULL OR organization_id = $3)
    ORDER BY decision_id LIMIT ${String(PAGE)}
  ), known AS (
    SELECT d.*,
      coalesce(said.score, seen.judged, CASE WHEN $4::boolean THEN seen.implied END) AS score,
      coalesce(said.model, seen.model) AS model
    FROM page d
    LEFT JOIN LATERAL (
      SELECT avg(f.score) AS score, min(f.provider || '/' || f.model) AS model FROM routing_feedback f
      WHERE f.request_id = d.request_id AND f.organization_id = d.organization_id
    ) AS said ON true
    LEFT JOIN LATERAL (
      SELECT avg(o.score) FILTER (WHERE o.source = 'judge') AS judged,
        min(o.score) FILTER (WHERE o.source IN ('check', 'regeneration')) AS implied,
        min(o.provider || '/' || o.model) AS model
      FROM routing_answer_outcome o
      WHERE o.request_id = d.request_id AND o.organization_id = d.organization_id
    ) AS seen ON true
  )
  SELECT decision_id, score, model, CASE WHEN score IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM routing_decision later
    WHERE later.request_id = known.request_id AND later.decision_id > known.decision_id
      AND later.decided_on BETWEEN $1::date AND $1::date + 1) THEN record END AS record
  FROM known ORDER BY decision_id`;

/** Reads stored decisions together with what became of them, page by page: a log of any length fits into the memory of a page. */
export class LoggedDecisionReader {
  constructor(private readonly dataSource: DataSource) {}

  async *read(period: LogPeriod): AsyncGenerator<LogPage> {
    for (const day of daysOf(period)) {
      let after = '';
      for (;;) {
        const found: unknown = await this.dataSource.query(READ, [
          day,
          after,
          period.organizationId ?? null,
          period.implicitOutcomes ?? false,
        ]);
        const rows = Array.isArray(found) ? found.filter(isJsonObject) : [];
        if (rows.length > 0) yield { read: rows.length, decisions: rows.flatMap(toLogged) };
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) break;
        after = String(last['decision_id']);
      }
    }
  }
}

function toLogged({ score, model, record }: Readonly<Record<string, unknown>>): LoggedDecision[] {
  const parsed = typeof record === 'string' ? parseJson(record) : undefined;
  if (!isDecisionRecord(parsed)) return [];
  return [{ record: parsed, outcome: Number(score), ...(typeof model === 'string' && { model }) }];
}

function daysOf({ from, to }: LogPeriod): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
