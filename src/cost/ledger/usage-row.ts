import { timeOfId } from '../../common/ids';
import { isJsonObject, type JsonObject } from '../../common/json';
import { USAGE_BUCKETS, type UsageBucket } from '../../llm/token-usage';

/** How sure the cost is: from the vendor's usage, from our own estimate, or corrected afterwards. */
export type CostSource = 'exact' | 'estimated' | 'reconciled';

/** How a call to a vendor ended. `unknown`: our process died before it could note the end. */
export type AttemptStatus = 'success' | 'error' | 'aborted' | 'unknown';

/** What a call can be made for. */
export const USAGE_PURPOSES = ['answer', 'embedding', 'cascade_step', 'judge', 'classifier'] as const;
export type AttemptPurpose = (typeof USAGE_PURPOSES)[number];

/**
 * One row of the ledger as it travels through outbox and queue: plain JSON, exact amounts as decimal
 * strings, no prompt, no answer, no secret.
 */
export interface UsageRow {
  readonly attempt_id: string;
  readonly request_id: string;
  readonly client_request_id: string | null;
  readonly hold_id: string;
  readonly organization_id: string;
  readonly project_id: string | null;
  readonly user_id: string;
  readonly api_key_id: string | null;
  readonly endpoint: string;
  readonly purpose: AttemptPurpose;
  readonly requested_model: string | null;
  readonly provider: string;
  readonly resolved_model: string;
  readonly region: string;
  readonly strategy: string;
  readonly objective: string;
  readonly intent: string | null;
  readonly decision_id: string;
  readonly price_version: string;
  /** ISO 8601; budgets count the cost in the windows of this instant. */
  readonly held_at: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly latency_ms: number | null;
  readonly first_token_ms: number | null;
  readonly usage: Readonly<Record<UsageBucket, number>>;
  readonly cost_nano_usd: string;
  readonly held_nano_usd: string;
  readonly cost_source: CostSource;
  readonly status: AttemptStatus;
  readonly error_code: string | null;
  /** Of an estimate of ours: what the call cost at least; `held_nano_usd` is the most. Null where nothing is sure. */
  readonly least_nano_usd?: string | null;
  /** Where the client is, when a proxy in front says so. */
  readonly caller_region?: string | null;
  /** How the vendor said it served; absent in rows of before, and where it said nothing. */
  readonly service_tier?: string | null;
}

const TEXT_FIELDS = [
  'attempt_id',
  'request_id',
  'hold_id',
  'organization_id',
  'user_id',
  'endpoint',
  'purpose',
  'provider',
  'resolved_model',
  'region',
  'strategy',
  'objective',
  'decision_id',
  'price_version',
  'held_at',
  'started_at',
  'cost_source',
  'status',
] as const;
const AMOUNT_FIELDS = ['cost_nano_usd', 'held_nano_usd'] as const;
const TIME_FIELDS = ['held_at', 'started_at'] as const;
const AMOUNT = /^\d{1,18}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;

/** Checks a row that comes back from a file or a queue; undefined when it is not one of ours. */
export function parseUsageRow(value: unknown): UsageRow | undefined {
  if (!isJsonObject(value)) return undefined;
  return hasRowShape(value) ? value : undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function hasRowShape(value: JsonObject): value is JsonObject & UsageRow {
  const usage = value['usage'];
  return (
    TEXT_FIELDS.every((field) => typeof value[field] === 'string') &&
    AMOUNT_FIELDS.every((field) => typeof value[field] === 'string' && AMOUNT.test(value[field])) &&
    TIME_FIELDS.every((field) => typeof value[field] === 'string' && INSTANT.test(value[field])) &&
    timeOfId(String(value['attempt_id'])) !== undefined &&
    isJsonObject(usage) &&
    USAGE_BUCKETS.every((bucket) => isCount(usage[bucket]))
  );
}
