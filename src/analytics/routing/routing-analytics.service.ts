import { Injectable } from '@nestjs/common';
import { toUsdNumber } from '../../common/money';
import type { AnalyticsPeriod } from '../analytics-period';
import { averageCost, toSavings } from '../costs/cost-figures.dto';
import { nameOf } from '../costs/to-costs';
import { toPeriod } from '../period.dto';
import {
  NO_FIGURES,
  RollupQuery,
  type RollupFigures,
  type RollupFilter,
  type RollupGroup,
} from '../rollup.query';
import type { RoutingAnalyticsDto, RoutingFiguresDto } from './routing-analytics.dto';

const SUCCESS = 'success';

/** How well routing chose: what was answered, by whom, for how much, and what it would have cost elsewhere. */
@Injectable()
export class RoutingAnalyticsService {
  constructor(private readonly rollups: RollupQuery) {}

  async read(filter: RollupFilter, period: AnalyticsPeriod, generatedAt: Date): Promise<RoutingAnalyticsDto> {
    const [total = [], byStrategy = [], byIntent = [], byModel = [], byStatus = []] = await this.rollups.read(
      filter,
      [[], ['strategy', 'status'], ['intent', 'status'], ['model', 'status'], ['status']],
    );
    const answered = byStatus.find(({ keys }) => keys[0] === SUCCESS)?.requests ?? 0;
    return {
      period: toPeriod(period),
      overall: toFigures(total[0] ?? NO_FIGURES, answered),
      by_strategy: byName(byStrategy),
      by_intent: byName(byIntent),
      by_model: byName(byModel),
      requests_by_status: Object.fromEntries(
        byStatus.filter(({ requests }) => requests > 0).map((group) => [nameOf(group), group.requests]),
      ),
      generated_at: generatedAt.toISOString(),
    };
  }
}

/** Joins the groups of one name over their states. */
function byName(groups: readonly RollupGroup[]): Record<string, RoutingFiguresDto> {
  const byText = Map.groupBy(groups, nameOf);
  return Object.fromEntries(
    [...byText].map(([name, parts]) => {
      const answered = parts.find(({ keys }) => keys[1] === SUCCESS)?.requests ?? 0;
      return [name, toFigures(parts.reduce<RollupFigures>(add, NO_FIGURES), answered)];
    }),
  );
}

function add(a: RollupFigures, b: RollupFigures): RollupFigures {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costNanoUsd: a.costNanoUsd + b.costNanoUsd,
    requests: a.requests + b.requests,
    cacheHits: a.cacheHits + b.cacheHits,
    savedRequestedNanoUsd: a.savedRequestedNanoUsd + b.savedRequestedNanoUsd,
    savedStrongestNanoUsd: a.savedStrongestNanoUsd + b.savedStrongestNanoUsd,
    savedCheapestNanoUsd: a.savedCheapestNanoUsd + b.savedCheapestNanoUsd,
    comparedRequested: a.comparedRequested + b.comparedRequested,
    comparedCandidates: a.comparedCandidates + b.comparedCandidates,
  };
}

function toFigures(figures: RollupFigures, answered: number): RoutingFiguresDto {
  const { requests, calls, costNanoUsd } = figures;
  const perRequest = (count: number): number =>
    requests === 0 ? 0 : Math.round((count / requests) * 1e4) / 1e4;
  return {
    requests,
    success_rate: perRequest(answered),
    calls_per_request: perRequest(calls),
    cost: toUsdNumber(costNanoUsd),
    cost_nano_usd: costNanoUsd.toString(),
    avg_cost_per_request: averageCost(figures),
    savings: toSavings(figures),
  };
}
