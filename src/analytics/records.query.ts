import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject, type JsonObject } from '../common/json';
import { WhereClause } from './where-clause';

/** Which ledger rows to read; every filter narrows. */
export interface RecordFilter {
  readonly organizationId: string;
  /** Set for callers who may only see their own calls. */
  readonly ownUserId?: string;
  readonly requestId?: string;
  readonly clientRequestId?: string;
  readonly apiKeyId?: string;
  readonly userId?: string;
  readonly status?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly limit: number;
  readonly after?: RecordCursor;
}

/** Position of the last row of a page. */
export interface RecordCursor {
  readonly startedAt: string;
  readonly attemptId: string;
}

const COLUMNS = `
  attempt_id, request_id, client_request_id, started_at, finished_at, api_key_id, user_id, project_id, endpoint, purpose,
  provider, requested_model, resolved_model, region, strategy, objective, intent, decision_id, price_version, service_tier,
  status, error_code, input_uncached, cache_read, cache_write_5m, cache_write_1h, audio_input, image_input,
  output_text, reasoning, audio_output, image_output, cost_nano_usd, held_nano_usd, least_nano_usd, cost_source, latency_ms, first_token_ms,
  corrects_id`;

/** Reads single ledger rows, newest first. */
@Injectable()
export class RecordsQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** One row more than `limit`, so that the caller sees whether a further page exists. */
  async find(filter: RecordFilter): Promise<readonly JsonObject[]> {
    const where = new WhereClause();
    where.add('organization_id =', filter.organizationId);
    where.add('user_id =', filter.ownUserId);
    where.add('user_id =', filter.userId);
    where.add('request_id =', filter.requestId);
    where.add('client_request_id =', filter.clientRequestId);
    where.add('api_key_id =', filter.apiKeyId);
    where.add('status =', filter.status);
    where.add('started_at >=', filter.from?.toISOString());
    where.add('started_at <', filter.to?.toISOString());
    if (filter.after)
      where.addTuple('(started_at, attempt_id) <', [filter.after.startedAt, filter.after.attemptId]);
    const rows: unknown = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM usage_record WHERE ${where.text}
       ORDER BY started_at DESC, attempt_id DESC LIMIT ${filter.limit + 1}`,
      where.values,
    );
    return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
  }
}
