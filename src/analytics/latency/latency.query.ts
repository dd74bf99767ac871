import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RollupFilter } from '../rollup.query';
import { WhereClause } from '../where-clause';
import { latencyFigures } from './percentiles';

const LATEST_CALLS = 10_000;

const LATENCY_DIMENSIONS = ['provider', 'model', 'region', 'caller_region'] as const;
export type LatencyDimension = (typeof LATENCY_DIMENSIONS)[number];

/** How many calls took about how long. Slot n reaches from 1.1^n to 1.1^(n+1) milliseconds. */
export interface LatencySlots {
  readonly measure: 'total' | 'first_token';
  /** Undefined: over everything. */
  readonly dimension: LatencyDimension | undefined;
  readonly name: string;
  readonly slots: readonly { readonly slot: number; readonly calls: number }[];
}

interface Row {
  readonly measure: 'total' | 'first_token';
  readonly slot: number;
  readonly calls: string;
  readonly mask: number;
  readonly provider: string | null;
  readonly model: string | null;
  readonly region: string | null;
  readonly caller_region: string | null;
}

/** Reads histograms of vendor latency, by provider, model and the regions at both ends. */
@Injectable()
export class LatencyQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async read(filter: RollupFilter): Promise<readonly LatencySlots[]> {
    const where = new WhereClause();
    where.add('organization_id =', filter.scope.organizationId);
    where.add('hour >=', filter.from);
    where.add('hour <', filter.until);
    where.add('provider =', filter.provider);
    if (filter.model !== undefined)
      where.addText("(model = ? OR provider || '/' || model = ?)", filter.model);
    const rows = await this.dataSource.query<Row[]>(
      `SELECT measure, slot, ${LATENCY_DIMENSIONS.join(', ')}, sum(calls) AS calls,
         GROUPING(${LATENCY_DIMENSIONS.join(', ')}) AS mask
       FROM latency_rollup WHERE ${where.text}
       GROUP BY GROUPING SETS ((measure, slot), ${LATENCY_DIMENSIONS.map((name) => `(measure, slot, ${name})`).join(', ')})
       HAVING sum(calls) > 0
       ORDER BY slot`,
      where.values,
    );
    return collect(rows);
  }

  /** Milliseconds a successful call took on average; for a single user by that user's latest calls. */
  async meanOf(filter: RollupFilter): Promise<number> {
    const { organizationId, ownUserId } = filter.scope;
    if (ownUserId !== undefined && organizationId !== undefined)
      return this.ownMean({ ...filter, organizationId, ownUserId });
    const groups = await this.read(filter);
    const overall = groups.find(({ measure, dimension }) => measure === 'total' && dimension === undefined);
    return latencyFigures(overall?.slots ?? []).mean;
  }

  private async ownMean(of: RollupFilter & { organizationId: string; ownUserId: string }): Promise<number> {
    const [row] = await this.dataSource.query<{ mean: number | null }[]>(
      `SELECT round(avg(latency_ms), 1)::float AS mean FROM (
         SELECT latency_ms FROM usage_record
         WHERE organization_id = $1 AND user_id = $2 AND held_at >= $3 AND status = 'success' AND latency_ms IS NOT NULL
         ORDER BY held_at DESC LIMIT ${LATEST_CALLS}) AS latest`,
      [of.organizationId, of.ownUserId, of.from],
    );
    return row?.mean ?? 0;
  }
}

function collect(rows: readonly Row[]): readonly LatencySlots[] {
  const found = new Map<
    string,
    { head: Omit<LatencySlots, 'slots'>; slots: { slot: number; calls: number }[] }
  >();
  for (const row of rows) {
    const dimension = LATENCY_DIMENSIONS.find((_, index) => (row.mask & (8 >> index)) === 0);
    const name = dimension === undefined ? '' : (row[dimension] ?? '');
    const key = JSON.stringify([row.measure, dimension, name]);
    const entry = found.get(key) ?? { head: { measure: row.measure, dimension, name }, slots: [] };
    entry.slots.push({ slot: row.slot, calls: Number(row.calls) });
    found.set(key, entry);
  }
  return [...found.values()].map(({ head, slots }) => ({ ...head, slots }));
}
