import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SELECT_RESOLVED, toResolvedRows, type ResolvedAuditRow } from '../trail/resolved-audit-row';

export interface AuditEventFilter {
  readonly organizationId: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly userId?: string;
  readonly apiKeyId?: string;
  readonly targetKind?: string;
  readonly targetId?: string;
  readonly requestId?: string;
  readonly from?: Date;
  readonly to?: Date;
  /** Only events before this one. */
  readonly before?: string;
  readonly limit: number;
}

/** The pseudonym of a user id, or the text itself when it is no user's. */
const SUBJECT = (placeholder: string): string =>
  `coalesce((SELECT subject FROM audit_subject WHERE organization_id = $1 AND user_id = ${placeholder}), ${placeholder})`;

/** Reads events, newest first. */
@Injectable()
export class AuditEventsQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** One more than `limit`, so that the caller sees whether a further page exists. */
  async find(filter: AuditEventFilter): Promise<readonly ResolvedAuditRow[]> {
    const { values, conditions } = conditionsOf(filter);
    const rows: unknown = await this.dataSource.query(
      `${SELECT_RESOLVED}
       WHERE ${conditions.join(' AND ')} ORDER BY e.sequence DESC LIMIT ${filter.limit + 1}`,
      values,
    );
    return toResolvedRows(rows);
  }
}

function conditionsOf(filter: AuditEventFilter): {
  values: readonly unknown[];
  conditions: readonly string[];
} {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (value: string | undefined, condition: (placeholder: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const subject = filter.action?.endsWith('.*') ? filter.action.slice(0, -1) : undefined;
  add(filter.organizationId, (p) => `e.organization_id = ${p}`);
  add(filter.before, (p) => `e.sequence < ${p}::bigint`);
  add(subject, (p) => `starts_with(e.action, ${p}::text)`);
  add(subject === undefined ? filter.action : undefined, (p) => `e.action = ${p}`);
  add(filter.outcome, (p) => `e.outcome = ${p}`);
  add(filter.userId, (p) => `e.actor_subject = ${SUBJECT(`${p}::text`)}`);
  add(filter.apiKeyId, (p) => `e.api_key_id = ${p}`);
  add(filter.targetKind, (p) => `e.target_kind = ${p}`);
  add(filter.targetId, (p) => `e.target_id = ${SUBJECT(`${p}::text`)}`);
  add(filter.requestId, (p) => `e.request_id = ${p}`);
  add(filter.from?.toISOString(), (p) => `e.occurred_at >= ${p}::timestamptz`);
  add(filter.to?.toISOString(), (p) => `e.occurred_at < ${p}::timestamptz`);
  return { values, conditions };
}
