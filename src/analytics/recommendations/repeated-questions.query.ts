import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RollupFilter } from '../rollup.query';
import { recentRequests } from './recent-requests';

/** Fewer say nothing about a habit. */
const MIN_REQUESTS = 5;
const MAX_ROWS = 20;

/** A question that was asked, and paid for, again and again. */
export interface RepeatedQuestion {
  readonly requests: number;
  /** Those with an equal one before them on the same day (UTC). */
  readonly repeats: number;
  readonly users: number;
  readonly api_keys: number;
  readonly endpoint: string;
  /** The one that answered most of them, `provider/model`. */
  readonly model: string;
  readonly cost_nano_usd: string;
  /** What the repeats really cost. */
  readonly repeats_nano_usd: string;
  /** Where a look into the client's own logs can begin. */
  readonly last_request_id: string;
}

/**
 * Who has asked the same often, from all that was paid for and answered. Only the dearest questions are looked at closer:
 * what a repeat cost needs the order of the requests.
 */
const FIND = `
  WITH paid AS (
    SELECT * FROM ${recentRequests(
      'fingerprint, requested_on, requested_at, request_id, user_id, api_key_id, endpoint, provider, model, cost_nano_usd',
      "fingerprint IS NOT NULL AND status = 'success' AND cost_nano_usd > 0",
    )} AS recent
  ), often AS (
    SELECT fingerprint FROM paid GROUP BY fingerprint
    HAVING count(*) >= ${MIN_REQUESTS} ORDER BY sum(cost_nano_usd) DESC LIMIT ${10 * MAX_ROWS}
  ), placed AS (
    SELECT paid.*, row_number() OVER (PARTITION BY fingerprint, requested_on ORDER BY requested_at, request_id) AS place
    FROM paid JOIN often USING (fingerprint)
  ), counted AS (
    SELECT count(*)::int AS requests, count(*) FILTER (WHERE place > 1)::int AS repeats,
      count(DISTINCT user_id)::int AS users, count(DISTINCT api_key_id)::int AS api_keys, max(endpoint) AS endpoint,
      mode() WITHIN GROUP (ORDER BY provider || '/' || model) AS model, sum(cost_nano_usd) AS cost_nano_usd,
      coalesce(sum(cost_nano_usd) FILTER (WHERE place > 1), 0) AS repeats_nano_usd,
      max(request_id) AS last_request_id
    FROM placed GROUP BY fingerprint
  )
  SELECT * FROM counted WHERE repeats >= ${MIN_REQUESTS - 1} ORDER BY repeats_nano_usd DESC LIMIT ${MAX_ROWS}`;

/** Finds questions that a cache could answer. */
@Injectable()
export class RepeatedQuestionsQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  find({ scope, from, until }: RollupFilter): Promise<readonly RepeatedQuestion[]> {
    return this.dataSource.query<RepeatedQuestion[]>(FIND, [scope.organizationId, from, until]);
  }
}
