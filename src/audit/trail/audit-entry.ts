import type { AuditEvent } from '../../access/audit-log';
import { isJsonObject, type JsonObject } from '../../common/json';
import { cleanAuditData, cleanText } from './clean-audit-data';

const OUTCOMES: readonly unknown[] = ['success', 'denied', 'failure'];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MAX_TEXT = 300;

/** An audit event as it travels through outbox and queue. Still names the user; see {@link AuditRow} for what is stored. */
export interface AuditEntry {
  readonly event_id: string;
  readonly occurred_at: string;
  readonly organization_id: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor_kind: string;
  readonly user_id: string | null;
  readonly api_key_id: string | null;
  readonly target_kind: string | null;
  readonly target_id: string | null;
  readonly request_id: string | null;
  readonly address: string | null;
  /** `before`, `after` and `details`, as far as there are any. */
  readonly data: JsonObject;
}

const REQUIRED = ['event_id', 'organization_id', 'action', 'actor_kind'] as const;
const OPTIONAL = ['user_id', 'api_key_id', 'target_kind', 'target_id', 'request_id', 'address'] as const;

/** What is kept of an event: cleaned of secrets, bounded, plain JSON. */
export function toAuditEntry(event: AuditEvent, eventId: string, nowMs: number): AuditEntry {
  const { actor, target } = event;
  const { before, after, details } = event;
  return {
    event_id: eventId,
    occurred_at: new Date(nowMs).toISOString(),
    organization_id: shorten(event.organizationId),
    action: shorten(event.action),
    outcome: event.outcome,
    actor_kind: actor.kind,
    user_id: orNull(actor.userId),
    api_key_id: orNull(actor.apiKeyId),
    target_kind: orNull(target?.kind),
    target_id: orNull(target?.id),
    request_id: orNull(event.requestId),
    address: orNull(event.address),
    data: cleanAuditData({ before, after, details }),
  };
}

/** Checks an entry that comes back from a file or a queue; undefined when it is not one of ours. */
export function parseAuditEntry(value: unknown): AuditEntry | undefined {
  return isJsonObject(value) && hasEntryShape(value) ? value : undefined;
}

function hasEntryShape(value: JsonObject): value is JsonObject & AuditEntry {
  return (
    REQUIRED.every((field) => typeof value[field] === 'string') &&
    OPTIONAL.every((field) => value[field] === null || typeof value[field] === 'string') &&
    OUTCOMES.includes(value['outcome']) &&
    typeof value['occurred_at'] === 'string' &&
    INSTANT.test(value['occurred_at']) &&
    isJsonObject(value['data'])
  );
}

function orNull(text: string | undefined): string | null {
  return text === undefined ? null : shorten(text);
}

function shorten(text: string): string {
  return cleanText(text.slice(0, MAX_TEXT));
}
