import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { JsonObject } from '../../common/json';
import { formatUsd } from '../../common/money';
import { LEDGER_BUCKETS } from '../../cost/ledger/ledger-buckets';
import type { RollupFilter } from '../rollup.query';
import { WhereClause } from '../where-clause';
import { csvLine, type CsvCell } from './csv-line';

const PAGE = 1_000;
const TEXTS = [
  'started_at',
  'attempt_id',
  'corrects_id',
  'request_id',
  'client_request_id',
  'organization_id',
  'project_id',
  'user_id',
  'api_key_id',
  'endpoint',
  'purpose',
  'requested_model',
  'provider',
  'resolved_model',
  'region',
  'caller_region',
  'strategy',
  'objective',
  'intent',
  'status',
  'error_code',
  'cost_source',
  'price_version',
  'service_tier',
] as const;
const COUNTS = [...LEDGER_BUCKETS, 'latency_ms', 'first_token_ms'] as const;

/** Writes ledger rows as CSV, oldest first, page by page: memory and time of a transaction do not grow with the answer. */
@Injectable()
export class LedgerExport {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Texts of whole lines; the first holds the names of the columns. */
  async *csv(filter: RollupFilter): AsyncGenerator<string> {
    yield csvLine([...TEXTS, ...COUNTS, 'cost_nano_usd', 'cost_usd']);
    let after: readonly [string, string] | undefined;
    for (;;) {
      const rows = await this.page(filter, after);
      if (rows.length > 0) yield rows.map(toLine).join('');
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = [String(last['position']), String(last['attempt_id'])];
    }
  }

  private page(filter: RollupFilter, after: readonly [string, string] | undefined): Promise<JsonObject[]> {
    const { scope } = filter;
    const where = new WhereClause();
    where.add('organization_id =', scope.organizationId);
    where.add('user_id =', scope.ownUserId);
    where.add('started_at >=', filter.from);
    where.add('started_at <', filter.until);
    where.add('provider =', filter.provider);
    if (filter.model !== undefined)
      where.addText("(resolved_model = ? OR provider || '/' || resolved_model = ?)", filter.model);
    if (after) where.addTuple('(started_at, attempt_id) >', after);
    return this.dataSource.query<JsonObject[]>(
      // JavaScript's times have no microseconds, so the position travels as text.
      `SELECT ${[...TEXTS, ...COUNTS].join(', ')}, cost_nano_usd, started_at::text AS position
       FROM usage_record WHERE ${where.text} ORDER BY started_at, attempt_id LIMIT ${PAGE}`,
      where.values,
    );
  }
}

function toLine(row: JsonObject): string {
  const cost = BigInt(String(row['cost_nano_usd']));
  const cells = [
    ...TEXTS.map((name) => toText(row[name])),
    ...COUNTS.map((name) => (row[name] === null ? null : Number(row[name]))),
    cost,
  ];
  // Written here, not by csvLine: the exact amount is a text, and a negative one is no formula.
  return csvLine(cells).replace(/\r\n$/, `,${formatUsd(cost)}\r\n`);
}

function toText(value: unknown): CsvCell {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : null;
}
