import { isJsonObject, type JsonObject } from '../../common/json';

export const ALERT_KINDS = [
  'budget_threshold',
  'security',
  'provider_outage',
  'error_rate',
  'latency',
  'overrun',
  'dead_letters',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/**
 * Something people should be told. Whoever notices it puts it into the queue `alerts`; there it is told once per
 * organization and `dedupeKey`. Holds no prompt, no secret, no personal data beyond ids.
 */
export interface AlertEvent {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  /** Names the occurrence, such as `budget/bdg_1/2026-11-01/80`. */
  readonly dedupeKey: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly facts: JsonObject;
  /** ISO 8601. */
  readonly at: string;
}

const TEXTS = ['id', 'organizationId', 'dedupeKey', 'summary', 'at'] as const;

/** Checks an alert that comes out of the queue; undefined when it is none. */
export function parseAlertEvent(value: unknown): AlertEvent | undefined {
  return isJsonObject(value) && isAlert(value) ? value : undefined;
}

function isAlert(value: JsonObject): value is JsonObject & AlertEvent {
  return (
    TEXTS.every((name) => typeof value[name] === 'string') &&
    ALERT_KINDS.some((kind) => kind === value['kind']) &&
    ALERT_SEVERITIES.some((severity) => severity === value['severity']) &&
    !Number.isNaN(Date.parse(String(value['at']))) &&
    isJsonObject(value['facts'])
  );
}
