import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { JsonObject } from '../../common/json';
import type { RollupFilter } from '../rollup.query';
import { WhereClause } from '../where-clause';

const COLUMNS = `
  request_id, requested_at, user_id, project_id, api_key_id, endpoint, requested_model, provider, model, strategy,
  intent, status, attempts, input_tokens, output_tokens, cost_nano_usd, requested_nano_usd, strongest_nano_usd,
  strongest_model, cheapest_nano_usd, cheapest_model, latency_ms`;

/** Reads the requests that cost most. */
@Injectable()
export class ExpensiveQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  find({ scope, from, until }: RollupFilter, limit: number): Promise<readonly JsonObject[]> {
    const where = new WhereClause();
    where.add('organization_id =', scope.organizationId);
    where.add('user_id =', scope.ownUserId);
    where.add('requested_at >=', from);
    where.add('requested_at <', until);
    return this.dataSource.query<JsonObject[]>(
      `SELECT ${COLUMNS} FROM request_record WHERE ${where.text}
       ORDER BY cost_nano_usd DESC, request_id LIMIT ${limit}`,
      where.values,
    );
  }
}
