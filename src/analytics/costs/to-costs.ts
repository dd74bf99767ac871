import { toUsdNumber } from '../../common/money';
import type { AnalyticsPeriod } from '../analytics-period';
import { toPeriod } from '../period.dto';
import type { RollupFigures, RollupGroup } from '../rollup.query';
import { averageCost, toCostGroup, toSavings, toTokens } from './cost-figures.dto';
import type { CostsDto, RoutingCostDto } from './costs.dto';

/** The groups a cost answer is made of. */
export interface CostGroups {
  readonly total: RollupFigures;
  readonly grouped: readonly RollupGroup[];
  readonly byProvider: readonly RollupGroup[];
  readonly byModel: readonly RollupGroup[];
  readonly byDay: readonly RollupGroup[];
  readonly byCascade: readonly RollupGroup[];
}

/** Name of the group of rows that have no value in the dimension. */
const NONE = 'none';

/** Shows cost figures the way the contract describes them. */
export function toCosts(
  groups: CostGroups,
  { period, groupBy, generatedAt }: { period: AnalyticsPeriod; groupBy: string; generatedAt: Date },
): CostsDto {
  const { total } = groups;
  const savings = toSavings(total);
  return {
    period: toPeriod(period),
    group_by: groupBy,
    summary: {
      total_cost: toUsdNumber(total.costNanoUsd),
      total_cost_nano_usd: total.costNanoUsd.toString(),
      total_requests: total.requests,
      total_calls: total.calls,
      avg_cost_per_request: averageCost(total),
      tokens: toTokens(total),
      cache_hits: total.cacheHits,
      savings,
    },
    grouped_data: Object.fromEntries(groups.grouped.map((group) => [nameOf(group), toCostGroup(group)])),
    total_cost: toUsdNumber(total.costNanoUsd),
    total_requests: total.requests,
    cost_by_provider: costByName(groups.byProvider),
    cost_by_model: costByName(groups.byModel),
    daily_breakdown: inOrder(groups.byDay).map((group) =>
      Object.assign(toCostGroup(group), { date: nameOf(group) }),
    ),
    routing_comparison: {
      cascade: toRoutingCost(groups.byCascade, 'true'),
      single: toRoutingCost(groups.byCascade, 'false'),
    },
    savings,
    generated_at: generatedAt.toISOString(),
  };
}

export function nameOf({ keys }: Pick<RollupGroup, 'keys'>): string {
  const [name = ''] = keys;
  return name === '' ? NONE : name;
}

function inOrder(groups: readonly RollupGroup[]): readonly RollupGroup[] {
  return groups.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function costByName(groups: readonly RollupGroup[]): Record<string, number> {
  return Object.fromEntries(groups.map((group) => [nameOf(group), toUsdNumber(group.costNanoUsd)]));
}

function toRoutingCost(groups: readonly RollupGroup[], isCascade: string): RoutingCostDto {
  const found = groups.find(({ keys }) => keys[0] === isCascade);
  return {
    requests: found?.requests ?? 0,
    cost: toUsdNumber(found?.costNanoUsd ?? 0n),
    cost_nano_usd: (found?.costNanoUsd ?? 0n).toString(),
    avg_cost_per_request: found ? averageCost(found) : 0,
  };
}
