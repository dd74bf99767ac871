import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { timeOfId } from '../../common/ids';
import { isJsonObject } from '../../common/json';
import type { NanoUsd } from '../../common/money';
import type { UsageRow } from './usage-row';

/** What the calls under one hold took. */
export interface HoldTotal {
  readonly organizationId: string;
  readonly holdId: string;
  readonly costNanoUsd: NanoUsd;
  readonly tokens: number;
}

/** Later years have more than four digits. */
const LAST_TIME = Date.UTC(9999, 11, 31);

/** Who asked, and who answered. */
export interface AnsweredRequest {
  readonly userId: string;
  readonly provider: string;
  readonly model: string;
  readonly intent: string | undefined;
}

/** In one order, so that two workers with the same rows wait for each other instead of locking each other out. */
const INSERT_ROWS = `
  INSERT INTO usage_record (
    attempt_id, started_on, started_at, finished_at, held_at, request_id, client_request_id, hold_id,
    organization_id, project_id, user_id, api_key_id, endpoint, purpose, requested_model, provider, resolved_model,
    region, strategy, objective, intent, decision_id, price_version,
    input_uncached, cache_read, cache_write_5m, cache_write_1h, audio_input, image_input,
    output_text, reasoning, audio_output, image_output,
    cost_nano_usd, held_nano_usd, cost_source, status, error_code, latency_ms, first_token_ms,
    caller_region, service_tier, least_nano_usd)
  SELECT
    attempt_id, started_on, started_at, finished_at, held_at, request_id, client_request_id, hold_id,
    organization_id, project_id, user_id, api_key_id, endpoint, purpose, requested_model, provider, resolved_model,
    region, strategy, objective, intent, decision_id, price_version,
    (usage->>'inputUncached')::bigint, (usage->>'cacheRead')::bigint, (usage->>'cacheWrite5m')::bigint,
    (usage->>'cacheWrite1h')::bigint, (usage->>'audioInput')::bigint, (usage->>'imageInput')::bigint,
    (usage->>'outputText')::bigint, (usage->>'reasoning')::bigint, (usage->>'audioOutput')::bigint,
    (usage->>'imageOutput')::bigint,
    cost_nano_usd, held_nano_usd, cost_source, status, error_code, latency_ms, first_token_ms,
    caller_region, service_tier, least_nano_usd
  FROM jsonb_to_recordset($1::jsonb) AS r(
    attempt_id text, started_on date, started_at timestamptz, finished_at timestamptz, held_at timestamptz,
    request_id text, client_request_id text, hold_id text, organization_id text, project_id text, user_id text,
    api_key_id text, endpoint text, purpose text, requested_model text, provider text, resolved_model text,
    region text, strategy text, objective text, intent text, decision_id text, price_version text, usage jsonb,
    cost_nano_usd bigint, held_nano_usd bigint, cost_source text, status text, error_code text,
    latency_ms integer, first_token_ms integer, caller_region text, service_tier text, least_nano_usd bigint)
  ORDER BY attempt_id
  ON CONFLICT (attempt_id, started_on) DO NOTHING
  RETURNING attempt_id`;

/** Reads and appends ledger rows. A row is never changed or deleted here. */
@Injectable()
export class LedgerRepository {
  private readonly partitions = new Set<string>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Appends rows; a row whose attempt is already booked is left as it is. Returns the new ones' attempt ids. */
  async append(rows: readonly UsageRow[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const dated = rows.map((row) => ({ ...row, started_on: dayOfAttempt(row.attempt_id) }));
    await this.ensurePartitions(dated.map((row) => row.started_on));
    const inserted = await this.insert(JSON.stringify(dated));
    return new Set(toRows(inserted).map((row) => String(row['attempt_id'])));
  }

  /** Which of these attempts have a row. */
  async findRecorded(attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (attemptIds.length === 0) return new Set();
    const days = [...new Set(attemptIds.flatMap((id) => findDay(id) ?? []))];
    const rows: unknown = await this.dataSource.query(
      'SELECT attempt_id FROM usage_record WHERE attempt_id = ANY($1::text[]) AND started_on = ANY($2::date[])',
      [attemptIds, days],
    );
    return new Set(toRows(rows).map((row) => String(row['attempt_id'])));
  }

  /** What was booked under the holds of these requests; rows that stand for expired holds are charged already. */
  async sumByHold(requestIds: readonly string[]): Promise<readonly HoldTotal[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT organization_id, hold_id, sum(cost_nano_usd)::text AS cost,
              sum(input_uncached + cache_read + cache_write_5m + cache_write_1h + audio_input + image_input
                + output_text + reasoning + audio_output + image_output)::text AS tokens
       FROM usage_record WHERE request_id = ANY($1::text[]) AND error_code IS DISTINCT FROM 'hold_expired'
       GROUP BY organization_id, hold_id`,
      [requestIds],
    );
    return toRows(rows).map((row) => ({
      organizationId: String(row['organization_id']),
      holdId: String(row['hold_id']),
      costNanoUsd: BigInt(String(row['cost'])),
      tokens: Number(row['tokens']),
    }));
  }

  /** The call that answered a request: the last one that succeeded. */
  async findAnswer(organizationId: string, requestId: string): Promise<AnsweredRequest | undefined> {
    const rows: unknown = await this.dataSource.query(
      `SELECT user_id, provider, resolved_model, intent FROM usage_record
       WHERE organization_id = $1 AND request_id = $2 AND status = 'success' AND purpose NOT IN ('judge', 'classifier')
         AND (purpose <> 'embedding' OR endpoint = 'embeddings')
       ORDER BY started_at DESC, attempt_id DESC LIMIT 1`,
      [organizationId, requestId],
    );
    return toRows(rows).map((row) => ({
      userId: String(row['user_id']),
      provider: String(row['provider']),
      model: String(row['resolved_model']),
      intent: typeof row['intent'] === 'string' ? row['intent'] : undefined,
    }))[0];
  }

  private async insert(rows: string): Promise<unknown> {
    try {
      return await this.dataSource.query<unknown>(INSERT_ROWS, [rows]);
    } catch (error) {
      // One of the partitions may have been dropped behind our back; the repetition makes it again.
      this.partitions.clear();
      throw error;
    }
  }

  private async ensurePartitions(days: readonly string[]): Promise<void> {
    for (const day of new Set(days)) {
      const month = day.slice(0, 7);
      if (this.partitions.has(month)) continue;
      await this.dataSource.query('SELECT ensure_usage_partition($1::date)', [day]);
      this.partitions.add(month);
    }
  }
}

function dayOfAttempt(attemptId: string): string {
  const day = findDay(attemptId);
  if (day === undefined) throw new Error('not an attempt id of ours');
  return day;
}

/** The UTC day inside an attempt id, by which its partition is found; undefined for foreign text. */
function findDay(attemptId: string): string | undefined {
  const time = timeOfId(attemptId);
  return time === undefined || time > LAST_TIME ? undefined : new Date(time).toISOString().slice(0, 10);
}

function toRows(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
