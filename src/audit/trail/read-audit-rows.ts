import type { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import type { AuditRow } from './audit-row';

const ISO_MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** The columns of a row as {@link AuditRow} has them. */
export const AUDIT_COLUMNS = `
  e.organization_id, e.sequence::text AS sequence, e.event_id,
  to_char(e.occurred_at AT TIME ZONE 'UTC', ${ISO_MICROSECONDS}) AS occurred_at,
  to_char(e.recorded_at AT TIME ZONE 'UTC', ${ISO_MICROSECONDS}) AS recorded_at,
  e.action, e.outcome, e.actor_kind, e.actor_subject, e.api_key_id, e.target_kind, e.target_id, e.request_id, e.data,
  e.address, e.address_salt, e.address_hash, e.previous_hash, e.hash`;

const BATCH = 1_000;

/** The events of an organization in order, from after `after` up to `to`, read in batches. */
export async function* readAuditRows(
  dataSource: DataSource,
  organizationId: string,
  range: { readonly after: bigint; readonly to: bigint },
): AsyncGenerator<AuditRow> {
  let after = range.after;
  for (;;) {
    const rows: unknown = await dataSource.query(
      `SELECT ${AUDIT_COLUMNS} FROM audit_event e
       WHERE e.organization_id = $1 AND e.sequence > $2 AND e.sequence <= $3 ORDER BY e.sequence LIMIT ${BATCH}`,
      [organizationId, after.toString(), range.to.toString()],
    );
    const found = toAuditRows(rows);
    yield* found;
    const last = found.at(-1);
    if (!last || found.length < BATCH) return;
    after = BigInt(last.sequence);
  }
}

/** Every column of {@link AUDIT_COLUMNS} is there; an edited `data` that is no object any more is left as it is, to be found. */
export function toAuditRows(rows: unknown): readonly AuditRow[] {
  return Array.isArray(rows) ? rows.filter(isAuditRow) : [];
}

function isAuditRow(value: unknown): value is AuditRow {
  return isJsonObject(value) && typeof value['sequence'] === 'string';
}
