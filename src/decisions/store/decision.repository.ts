import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { dayOfDecision, type DecisionEvent } from './decision-event';

/** A decision as it was stored. */
export interface StoredDecision {
  readonly decisionId: string;
  readonly requestId: string;
  readonly userId: string;
  readonly experimentId: string | null;
  readonly variant: string | null;
  readonly record: string;
}

const INSERT_EVENTS = `
  INSERT INTO routing_decision (
    decision_id, decided_on, organization_id, request_id, user_id, api_key_id, experiment_id, variant, record)
  SELECT decision_id, decided_on, organization_id, request_id, user_id, api_key_id, experiment_id, variant, record
  FROM jsonb_to_recordset($1::jsonb) AS r(
    decision_id text, decided_on date, organization_id text, request_id text, user_id text, api_key_id text,
    experiment_id text, variant text, record text)
  ON CONFLICT (decision_id, decided_on) DO NOTHING`;
const COLUMNS = 'decision_id, request_id, user_id, experiment_id, variant, record';

/** Appends and finds routing decisions, and drops days whose time is over. */
@Injectable()
export class DecisionRepository {
  private readonly partitions = new Set<string>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** A decision that is stored already is left as it is. */
  async append(events: readonly DecisionEvent[]): Promise<void> {
    const dated = events.flatMap((event) => {
      const decided_on = dayOfDecision(event.decision_id);
      return decided_on === undefined ? [] : [{ ...event, decided_on }];
    });
    if (dated.length === 0) return;
    try {
      await this.ensurePartitions(dated.map(({ decided_on }) => decided_on));
      await this.dataSource.query(INSERT_EVENTS, [JSON.stringify(dated)]);
    } catch (error) {
      // A partition may have been dropped behind our back; the repetition makes it again.
      this.partitions.clear();
      throw error;
    }
  }

  async find(organizationId: string, decisionId: string): Promise<StoredDecision | undefined> {
    const day = dayOfDecision(decisionId);
    if (day === undefined) return undefined;
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM routing_decision
       WHERE organization_id = $1 AND decision_id = $2 AND decided_on = $3::date`,
      [organizationId, decisionId, day],
    );
    return toDecisions(rows)[0];
  }

  /** The newest decision of a request; a second one is made when the first plan did not fit its budget. */
  async findByRequest(organizationId: string, requestId: string): Promise<StoredDecision | undefined> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM routing_decision WHERE organization_id = $1 AND request_id = $2
       ORDER BY decision_id DESC LIMIT 1`,
      [organizationId, requestId],
    );
    return toDecisions(rows)[0];
  }

  async findRecorded(decisionIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (decisionIds.length === 0) return new Set();
    const days = [...new Set(decisionIds.flatMap((id) => dayOfDecision(id) ?? []))];
    const rows: unknown = await this.dataSource.query(
      `SELECT decision_id, '' AS request_id, '' AS user_id, '' AS record FROM routing_decision
       WHERE decision_id = ANY($1::text[]) AND decided_on = ANY($2::date[])`,
      [decisionIds, days],
    );
    return new Set(toDecisions(rows).map(({ decisionId }) => decisionId));
  }

  /** Drops every day before the given one (`YYYY-MM-DD`). */
  async dropBefore(day: string): Promise<void> {
    await this.dataSource.query('SELECT drop_routing_decisions_before($1::date)', [day]);
    this.partitions.clear();
  }

  private async ensurePartitions(days: readonly string[]): Promise<void> {
    for (const day of new Set(days)) {
      if (this.partitions.has(day)) continue;
      await this.dataSource.query('SELECT ensure_routing_decision_partition($1::date)', [day]);
      this.partitions.add(day);
    }
  }
}

function toDecisions(rows: unknown): readonly StoredDecision[] {
  const found = Array.isArray(rows) ? rows.filter(isJsonObject) : [];
  return found.map((row) => ({
    decisionId: String(row['decision_id']),
    requestId: String(row['request_id']),
    userId: String(row['user_id']),
    experimentId: textOrNull(row['experiment_id']),
    variant: textOrNull(row['variant']),
    record: String(row['record']),
  }));
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
