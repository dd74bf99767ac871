import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RollupFilter } from '../rollup.query';
import { recentRequests } from './recent-requests';

const IDLE_DAYS = 60;
const MIN_REQUESTS = 20;
const MAX_ROWS = 50;
/** Room above the longest answer seen. */
const MARGIN = 1.25;

/** Requests of a key to a model that ask for much more output than they ever get. */
export interface OversizedLimit {
  readonly api_key_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly requests: number;
  readonly mean_limit: number;
  readonly longest_answer: number;
  readonly enough: number;
}

export interface IdleKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly last_used_at: Date | null;
}

/** Finds what costs room or risk and brings nothing. */
@Injectable()
export class WasteQuery {
  readonly idleDays = IDLE_DAYS;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  findOversizedLimits({ scope, from, until }: RollupFilter): Promise<readonly OversizedLimit[]> {
    return this.dataSource.query<OversizedLimit[]>(
      `SELECT api_key_id, provider, model, count(*)::int AS requests, avg(output_limit)::int AS mean_limit,
         max(output_tokens)::int AS longest_answer, ceil(max(output_tokens) * ${MARGIN})::int AS enough
       FROM ${recentRequests(
         'api_key_id, provider, model, output_limit, output_tokens',
         "output_limit IS NOT NULL AND status = 'success'",
       )} AS recent
       GROUP BY 1, 2, 3
       HAVING count(*) >= ${MIN_REQUESTS} AND avg(output_limit) > 2 * ceil(max(output_tokens) * ${MARGIN})
       ORDER BY count(*) * avg(output_limit) DESC LIMIT ${MAX_ROWS}`,
      [scope.organizationId, from, until],
    );
  }

  findIdleKeys({ scope }: RollupFilter): Promise<readonly IdleKey[]> {
    return this.dataSource.query<IdleKey[]>(
      `SELECT id, name, prefix, last_used_at FROM api_key
       WHERE organization_id = $1 AND kind = 'issued' AND (revoked_at IS NULL OR revoked_at > now())
         AND (expires_at IS NULL OR expires_at > now())
         AND coalesce(last_used_at, created_at) < now() - make_interval(days => ${IDLE_DAYS})
       ORDER BY coalesce(last_used_at, created_at) LIMIT ${MAX_ROWS}`,
      [scope.organizationId],
    );
  }
}
