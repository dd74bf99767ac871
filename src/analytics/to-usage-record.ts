import type { JsonObject } from '../common/json';
import { toUsdNumber } from '../common/money';
import { INPUT_BUCKETS, OUTPUT_BUCKETS } from '../cost/ledger/ledger-buckets';
import type { UsageRecordDto } from './records-page.dto';

/** Shows a ledger row the way the contract describes it. */
export function toUsageRecord(row: JsonObject): UsageRecordDto {
  const text = (name: string): string => textOf(row[name]);
  const cost = text('cost_nano_usd');
  const input = countsOf(row, INPUT_BUCKETS);
  const output = countsOf(row, OUTPUT_BUCKETS);
  return {
    attempt_id: text('attempt_id'),
    request_id: text('request_id'),
    client_request_id: nullableText(row['client_request_id']),
    started_at: text('started_at'),
    finished_at: nullableText(row['finished_at']),
    api_key_id: nullableText(row['api_key_id']),
    user_id: text('user_id'),
    project_id: nullableText(row['project_id']),
    endpoint: text('endpoint'),
    purpose: text('purpose'),
    provider: text('provider'),
    requested_model: nullableText(row['requested_model']),
    resolved_model: text('resolved_model'),
    region: text('region'),
    strategy: text('strategy'),
    objective: text('objective'),
    intent: nullableText(row['intent']),
    decision_id: text('decision_id'),
    price_version: text('price_version'),
    service_tier: nullableText(row['service_tier']),
    status: text('status'),
    error_code: nullableText(row['error_code']),
    usage: { ...input, ...output },
    prompt_tokens: sumOf(input),
    completion_tokens: sumOf(output),
    cost: toUsdNumber(BigInt(cost)),
    cost_nano_usd: cost,
    held_nano_usd: text('held_nano_usd'),
    cost_source: text('cost_source'),
    cost_bounds: boundsOf(row),
    corrects_id: nullableText(row['corrects_id']),
    latency_ms: nullableNumber(row['latency_ms']),
    first_token_ms: nullableNumber(row['first_token_ms']),
  };
}

/** A row that was written because its process died knows no least. */
function boundsOf(row: JsonObject): UsageRecordDto['cost_bounds'] {
  const { cost_source: source, status, least_nano_usd: least } = row;
  if (source !== 'estimated' || (least === null && status !== 'unknown')) return null;
  return { least_nano_usd: textOf(least) || '0', most_nano_usd: textOf(row['held_nano_usd']) };
}

function countsOf(row: JsonObject, columns: readonly string[]): Record<string, number> {
  return Object.fromEntries(columns.map((column) => [column, Number(row[column])]));
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : '';
}

function nullableText(value: unknown): string | null {
  return value === null || value === undefined ? null : textOf(value);
}

function nullableNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
