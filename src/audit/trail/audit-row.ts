import { createHash } from 'node:crypto';
import type { JsonObject } from '../../common/json';
import { canonicalJson } from '../../common/canonical-json';

/** Changes when the meaning of the hashed form does. */
const FORM = 'modelmuxer.audit.v1';

/** What stands before the first event of an organization. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * One event of an organization's trail as the table has it; times as text with microseconds, numbers as text.
 * Everything but the address itself and its salt is covered by `hash`: they can be erased, not changed.
 */
export interface AuditRow {
  readonly organization_id: string;
  readonly sequence: string;
  readonly event_id: string;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor_kind: string;
  /** Pseudonym of the user who acted; see {@link subjectOf}. */
  readonly actor_subject: string | null;
  readonly api_key_id: string | null;
  readonly target_kind: string | null;
  readonly target_id: string | null;
  readonly request_id: string | null;
  readonly data: JsonObject;
  readonly address: string | null;
  readonly address_salt: string | null;
  /** Commitment to the address: it can be checked while the address is there, and not guessed once the salt is gone. */
  readonly address_hash: string | null;
  readonly previous_hash: string;
  readonly hash: string;
}

export type UnhashedAuditRow = Omit<AuditRow, 'hash'>;

/** SHA-256 over the canonical form of a row, which contains the hash of the row before it. */
export function hashOfRow(row: UnhashedAuditRow): string {
  const form = [
    FORM,
    row.organization_id,
    row.sequence,
    row.event_id,
    row.occurred_at,
    row.recorded_at,
    row.action,
    row.outcome,
    row.actor_kind,
    row.actor_subject,
    row.api_key_id,
    row.target_kind,
    row.target_id,
    row.request_id,
    row.data,
    row.address_hash,
    row.previous_hash,
  ];
  return createHash('sha256').update(canonicalJson(form)).digest('hex');
}

export function hashOfAddress(salt: string, address: string): string {
  return createHash('sha256').update(`${salt}\n${address}`).digest('hex');
}
