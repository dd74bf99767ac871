import { isJsonObject } from '../../common/json';
import type { AuditEventDto } from './dto/audit-event.dto';
import type { ResolvedAuditRow } from '../trail/resolved-audit-row';

/** An event as clients and exports see it. */
export function toAuditEvent(row: ResolvedAuditRow): AuditEventDto {
  return {
    sequence: row.sequence,
    event_id: row.event_id,
    occurred_at: row.occurred_at,
    recorded_at: row.recorded_at,
    action: row.action,
    outcome: row.outcome,
    actor: {
      kind: row.actor_kind,
      subject: row.actor_subject,
      user_id: row.actor_user_id,
      api_key_id: row.api_key_id,
    },
    target:
      row.target_kind === null
        ? null
        : { kind: row.target_kind, id: row.target_id, user_id: row.target_user_id },
    before: memberOf(row, 'before'),
    after: memberOf(row, 'after'),
    details: memberOf(row, 'details'),
    request_id: row.request_id,
    address: row.address,
    previous_hash: row.previous_hash,
    hash: row.hash,
  };
}

function memberOf(row: ResolvedAuditRow, name: string): object | null {
  const member = isJsonObject(row.data) ? row.data[name] : undefined;
  return isJsonObject(member) ? member : null;
}
