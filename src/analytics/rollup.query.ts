import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { NanoUsd } from '../common/money';
import type { AnalyticsScope } from './analytics-scope';
import { WhereClause } from './where-clause';

/** What a client may have costs grouped by. */
export const COST_DIMENSIONS = [
  'hour',
  'day',
  'week',
  'month',
  'provider',
  'model',
  'user',
  'project',
  'key',
  'strategy',
  'intent',
  'region',
  'organization',
] as const;
/** What figures can be grouped by. `cascade` is `true` or `false`. */
export const ROLLUP_DIMENSIONS = [...COST_DIMENSIONS, 'purpose', 'status', 'cascade'] as const;
export type RollupDimension = (typeof ROLLUP_DIMENSIONS)[number];

/** The sums of a group. Savings are baseline minus cost and may be negative. */
export interface RollupFigures {
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: NanoUsd;
  readonly requests: number;
  readonly cacheHits: number;
  readonly savedRequestedNanoUsd: NanoUsd;
  readonly savedStrongestNanoUsd: NanoUsd;
  readonly savedCheapestNanoUsd: NanoUsd;
  /** Requests that named a model, and those with candidates to compare with. */
  readonly comparedRequested: number;
  readonly comparedCandidates: number;
}

export interface RollupGroup extends RollupFigures {
  /** One text per dimension of the set; empty where rows have none. */
  readonly keys: readonly string[];
}

/** Which figures to read. */
export interface RollupFilter {
  readonly scope: AnalyticsScope;
  readonly from: Date;
  readonly until: Date;
  readonly provider?: string;
  readonly model?: string;
}

/** What a dimension is taken from: a column of the key or the start of the hour or day. */
const SOURCES: Readonly<Record<RollupDimension, string>> = {
  hour: 'fact.bucket',
  day: 'fact.bucket',
  week: 'fact.bucket',
  month: 'fact.bucket',
  provider: 'key.provider',
  model: 'key.model',
  user: 'key.user_id',
  project: 'key.project_id',
  key: 'key.api_key_id',
  strategy: 'key.strategy',
  intent: 'key.intent',
  region: 'key.region',
  purpose: 'key.purpose',
  status: 'key.status',
  cascade: `(key.strategy = 'cascade' OR key.purpose LIKE 'cascade%')::text`,
  organization: 'fact.organization_id',
};
/** How an instant is written, where the source is one. */
const WRITTEN: Readonly<Partial<Record<RollupDimension, string>>> = {
  hour: `to_char(bucket AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')`,
  day: `to_char(bucket AT TIME ZONE time_zone, 'YYYY-MM-DD')`,
  week: `to_char(date_trunc('week', bucket AT TIME ZONE time_zone), 'YYYY-MM-DD')`,
  month: `to_char(bucket AT TIME ZONE time_zone, 'YYYY-MM')`,
};
/** Only the detailed rows know these; the coarse ones are far fewer. */
const DETAILED: ReadonlySet<RollupDimension> = new Set(['user', 'project', 'key']);

const MEASURES = {
  calls: 'calls',
  inputTokens: 'input_tokens',
  cachedTokens: 'cached_tokens',
  outputTokens: 'output_tokens',
  costNanoUsd: 'cost_nano_usd',
  requests: 'requests',
  cacheHits: 'cache_hits',
  savedRequestedNanoUsd: 'saved_requested_nano_usd',
  savedStrongestNanoUsd: 'saved_strongest_nano_usd',
  savedCheapestNanoUsd: 'saved_cheapest_nano_usd',
  comparedRequested: 'compared_requested',
  comparedCandidates: 'compared_candidates',
} as const satisfies Record<keyof RollupFigures, string>;

/** Reads sums from the roll-ups: many groupings of the same figures in one pass. */
@Injectable()
export class RollupQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** One list of groups per set of dimensions; an empty set gives the total, also of nothing. */
  async read(
    filter: RollupFilter,
    sets: readonly (readonly RollupDimension[])[],
  ): Promise<readonly (readonly RollupGroup[])[]> {
    const dimensions = [...new Set(sets.flat())];
    const { text, values } = statementOf(filter, dimensions, sets);
    const rows = await this.dataSource.query<Record<string, string>[]>(text, values);
    return sets.map((set) => {
      const mask = maskOf(set, dimensions);
      return rows.filter((row) => Number(row['mask']) === mask).map((row) => toGroup(row, set));
    });
  }

  async total(filter: RollupFilter): Promise<RollupFigures> {
    const [[total] = []] = await this.read(filter, [[]]);
    return total ?? NO_FIGURES;
  }
}

/** The figures of nothing. */
export const NO_FIGURES: RollupFigures = {
  calls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  costNanoUsd: 0n,
  requests: 0,
  cacheHits: 0,
  savedRequestedNanoUsd: 0n,
  savedStrongestNanoUsd: 0n,
  savedCheapestNanoUsd: 0n,
  comparedRequested: 0,
  comparedCandidates: 0,
};

function statementOf(
  filter: RollupFilter,
  dimensions: readonly RollupDimension[],
  sets: readonly (readonly RollupDimension[])[],
): { readonly text: string; readonly values: unknown[] } {
  const table = dimensions.includes('hour') ? 'usage_rollup_hour' : 'usage_rollup_day';
  const measures = Object.values(MEASURES);
  const names = dimensions.map((dimension) => `by_${dimension}`);
  const isTimed = dimensions.some((dimension) => dimension in WRITTEN);
  const sources = dimensions.filter((dimension) => !(dimension in WRITTEN));
  // Instants are written once per group, not once per row: that takes longer than adding up.
  const grouped = [
    ...sources.map((dimension) => `${SOURCES[dimension]} AS by_${dimension}`),
    ...(isTimed ? ['fact.bucket', 'zone.time_zone'] : []),
  ];
  const columns = dimensions.map((dimension) =>
    dimension in WRITTEN ? `${WRITTEN[dimension]} AS by_${dimension}` : `by_${dimension}`,
  );
  const sums = measures.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ');
  const distinctSets = new Set(sets.map((set) => set.map((dimension) => `by_${dimension}`).join(', ')));
  const where = conditionsOf(filter, dimensions);
  const text = `
    SELECT ${[...names, sums].join(', ')}, ${names.length === 0 ? '0' : `GROUPING(${names.join(', ')})`} AS mask
    FROM (
      SELECT ${[...columns, ...measures].join(', ')}
      FROM (
        SELECT ${[...grouped, sums].join(', ')}
        FROM ${table} AS fact
        JOIN rollup_key AS key ON key.id = fact.key_id
        JOIN rollup_zone AS zone ON zone.organization_id = fact.organization_id
        WHERE ${where.text}
        ${grouped.length === 0 ? '' : `GROUP BY ${grouped.map((_, i) => i + 1).join(', ')}`}
      ) AS small
    ) AS written
    GROUP BY GROUPING SETS (${[...distinctSets].map((set) => `(${set})`).join(', ')})
    HAVING sum(calls) <> 0 OR sum(requests) <> 0 OR sum(cost_nano_usd) <> 0`;
  return { text, values: where.values };
}

function conditionsOf(filter: RollupFilter, dimensions: readonly RollupDimension[]): WhereClause {
  const { scope, provider, model } = filter;
  const where = new WhereClause();
  if (scope.organizationId === undefined)
    where.addText('fact.organization_id IN (SELECT organization_id FROM rollup_zone)');
  else where.add('fact.organization_id =', scope.organizationId);
  const detailed = scope.ownUserId !== undefined || dimensions.some((dimension) => DETAILED.has(dimension));
  where.addText(`fact.detailed = ${String(detailed)}`);
  where.add('fact.bucket >=', filter.from);
  where.add('fact.bucket <', filter.until);
  where.add('key.user_id =', scope.ownUserId);
  where.add('key.provider =', provider);
  if (model !== undefined) where.addText("(key.model = ? OR key.provider || '/' || key.model = ?)", model);
  return where;
}

/** GROUPING() sets the bit of each dimension that a row is not grouped by; the last one has the lowest bit. */
function maskOf(set: readonly RollupDimension[], dimensions: readonly RollupDimension[]): number {
  return dimensions.reduce((mask, dimension) => mask * 2 + (set.includes(dimension) ? 0 : 1), 0);
}

function toGroup(row: Readonly<Record<string, string>>, set: readonly RollupDimension[]): RollupGroup {
  const count = (name: keyof RollupFigures): number => Number(row[MEASURES[name]] ?? 0);
  const amount = (name: keyof RollupFigures): NanoUsd => BigInt(row[MEASURES[name]] ?? 0);
  return {
    keys: set.map((dimension) => row[`by_${dimension}`] ?? ''),
    calls: count('calls'),
    inputTokens: count('inputTokens'),
    cachedTokens: count('cachedTokens'),
    outputTokens: count('outputTokens'),
    costNanoUsd: amount('costNanoUsd'),
    requests: count('requests'),
    cacheHits: count('cacheHits'),
    savedRequestedNanoUsd: amount('savedRequestedNanoUsd'),
    savedStrongestNanoUsd: amount('savedStrongestNanoUsd'),
    savedCheapestNanoUsd: amount('savedCheapestNanoUsd'),
    comparedRequested: count('comparedRequested'),
    comparedCandidates: count('comparedCandidates'),
  };
}
