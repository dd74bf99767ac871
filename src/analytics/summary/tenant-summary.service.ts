import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { Clock } from '../../common/clock';
import { toUsdNumber } from '../../common/money';
import { readPeriod } from '../analytics-period';
import { scopeOf } from '../analytics-scope';
import { nameOf } from '../costs/to-costs';
import { LatencyQuery } from '../latency/latency.query';
import { NO_FIGURES, RollupQuery, type RollupGroup } from '../rollup.query';
import type { TenantSummaryDto, UsageDto } from './tenant-summary.dto';

const DAYS = 30;

/** The few figures a dashboard shows first, over the last thirty days. */
@Injectable()
export class TenantSummaryService {
  constructor(
    private readonly rollups: RollupQuery,
    private readonly latencies: LatencyQuery,
    private readonly clock: Clock,
  ) {}

  async summaryOf(caller: Caller): Promise<TenantSummaryDto> {
    const limits = { defaultDays: DAYS, maxDays: DAYS };
    const period = readPeriod({}, { nowMs: this.clock.now(), timeZone: caller.timeZone, limits });
    const filter = { scope: scopeOf(caller), from: period.from, until: period.until };
    const [[total = [], byProvider = [], byModel = []], [byUser = []], meanMs] = await Promise.all([
      this.rollups.read(filter, [[], ['provider'], ['model']]),
      this.rollups.read(filter, [['user']]),
      this.latencies.meanOf(filter),
    ]);
    const figures = total[0] ?? NO_FIGURES;
    return {
      period_days: DAYS,
      total_requests: figures.requests,
      total_cost: toUsdNumber(figures.costNanoUsd),
      active_users: byUser.filter(({ requests }) => requests > 0).length,
      provider_usage: usageByName(byProvider),
      model_usage: usageByName(byModel),
      average_response_time: meanMs,
    };
  }
}

function usageByName(groups: readonly RollupGroup[]): Record<string, UsageDto> {
  return Object.fromEntries(
    groups.map((group) => [
      nameOf(group),
      { requests: group.requests, cost: toUsdNumber(group.costNanoUsd) },
    ]),
  );
}
