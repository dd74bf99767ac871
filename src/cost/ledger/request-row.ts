import { isJsonObject, type JsonObject } from '../../common/json';

/** Whether the response cache answered; `bypass` when it was not asked. */
export type CacheOutcome = 'hit' | 'miss' | 'bypass';

/** What the same tokens would have cost elsewhere; decimal nano-USD. Null where there is nothing to compare with. */
export interface RequestBaselines {
  /** Under the model the client named; null when it left the choice to the router. */
  readonly requested_nano_usd: string | null;
  readonly strongest_nano_usd: string | null;
  readonly strongest_model: string | null;
  readonly cheapest_nano_usd: string | null;
  readonly cheapest_model: string | null;
  readonly baseline_price_version: string | null;
}

/**
 * How a request ended, as it travels through outbox and queue: plain JSON, no prompt, no answer. What its
 * attempts cost is not in here: the ledger adds that up itself.
 */
export interface RequestRow extends RequestBaselines {
  readonly request_id: string;
  /** ISO 8601. */
  readonly requested_at: string;
  readonly organization_id: string;
  readonly project_id: string | null;
  readonly user_id: string;
  readonly api_key_id: string | null;
  readonly endpoint: string;
  readonly purpose: string;
  readonly requested_model: string | null;
  readonly strategy: string;
  readonly objective: string;
  readonly intent: string | null;
  readonly decision_id: string;
  /** Who answered, or who was tried last. */
  readonly provider: string;
  readonly model: string;
  readonly region: string;
  readonly status: 'success' | 'error' | 'aborted';
  readonly error_code: string | null;
  readonly cache_outcome: CacheOutcome;
  readonly latency_ms: number | null;
  /** The output limit the client asked for. */
  readonly output_limit: number | null;
  /** Keyed hash of what was asked, equal for equal questions of an organization; null when off or too long. */
  readonly fingerprint: string | null;
}

const TEXT_FIELDS = [
  'request_id',
  'requested_at',
  'organization_id',
  'user_id',
  'endpoint',
  'purpose',
  'strategy',
  'objective',
  'decision_id',
  'provider',
  'model',
  'region',
  'status',
  'cache_outcome',
] as const;
const AMOUNT_FIELDS = ['requested_nano_usd', 'strongest_nano_usd', 'cheapest_nano_usd'] as const;
const COUNT_FIELDS = ['latency_ms', 'output_limit'] as const;
const AMOUNT = /^\d{1,18}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;
const MAX_INTEGER = 2 ** 31 - 1;

/** Checks a row that comes back from a file or a queue; undefined when it is not one of ours. */
export function parseRequestRow(value: unknown): RequestRow | undefined {
  return isJsonObject(value) && hasRowShape(value) ? value : undefined;
}

function hasRowShape(value: JsonObject): value is JsonObject & RequestRow {
  return (
    TEXT_FIELDS.every((field) => typeof value[field] === 'string') &&
    INSTANT.test(String(value['requested_at'])) &&
    AMOUNT_FIELDS.every((field) => isNullOr(value[field], isAmount)) &&
    COUNT_FIELDS.every((field) => isNullOr(value[field], isCount))
  );
}

function isNullOr(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === null || test(value);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'string' && AMOUNT.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_INTEGER;
}
