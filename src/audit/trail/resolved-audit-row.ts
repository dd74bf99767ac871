import type { AuditRow } from './audit-row';
import { AUDIT_COLUMNS, toAuditRows } from './read-audit-rows';

/** An event with the users behind its pseudonyms, as far as they were not erased. */
export interface ResolvedAuditRow extends AuditRow {
  readonly actor_user_id: string | null;
  readonly target_user_id: string | null;
}

/** Selects {@link ResolvedAuditRow}s from `audit_event e`; conditions follow. */
export const SELECT_RESOLVED = `
  SELECT ${AUDIT_COLUMNS}, actor.user_id AS actor_user_id, target.user_id AS target_user_id
  FROM audit_event e
  LEFT JOIN audit_subject actor ON actor.organization_id = e.organization_id AND actor.subject = e.actor_subject
  LEFT JOIN audit_subject target ON target.organization_id = e.organization_id AND target.subject = e.target_id`;

/** The query gives both users; this only tells the compiler. */
export function toResolvedRows(rows: unknown): readonly ResolvedAuditRow[] {
  return toAuditRows(rows).filter(isResolved);
}

function isResolved(row: AuditRow): row is ResolvedAuditRow {
  return 'actor_user_id' in row && 'target_user_id' in row;
}
