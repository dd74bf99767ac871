import { Injectable } from '@nestjs/common';
import { toUsdNumber } from '../../common/money';
import type { AnalyticsPeriod } from '../analytics-period';
import { AnalyticsConfig } from '../analytics.config';
import { toPeriod } from '../period.dto';
import { NO_FIGURES, RollupQuery, type RollupFilter, type RollupGroup } from '../rollup.query';
import type { CapacityDto, PeakDto, ScalingDto } from './capacity.dto';
import { forecast } from './forecast';

const DAY_MS = 86_400_000;
const AHEAD_DAYS = 30;
const MINUTES_PER_HOUR = 60;
/** A replica at half its load still has room for the minutes of an hour that are busier than its mean. */
const HEADROOM = 2;
const WEEKS_AHEAD = 4;
const FAST_GROWTH = 0.2;

/** Trend, forecast, and what they ask for. */
@Injectable()
export class CapacityService {
  constructor(
    private readonly rollups: RollupQuery,
    private readonly config: AnalyticsConfig,
  ) {}

  async read(filter: RollupFilter, period: AnalyticsPeriod, generatedAt: Date): Promise<CapacityDto> {
    const [[total = [], byDay = []], [byHour = []]] = await Promise.all([
      this.rollups.read(filter, [[], ['day']]),
      this.rollups.read(filter, [['hour']]),
    ]);
    const figures = total[0] ?? NO_FIGURES;
    const days = completeDays(byDay, period);
    const { slopePerDay, weeklyGrowth, next } = forecast(days, AHEAD_DAYS);
    const costPerRequest = figures.requests === 0 ? 0 : toUsdNumber(figures.costNanoUsd) / figures.requests;
    const peak = peakOf(byHour);
    return {
      period: toPeriod(period),
      trend: {
        requests_per_day: round(figures.requests / period.days),
        change_per_day: round(slopePerDay),
        weekly_growth: round(weeklyGrowth),
      },
      peak,
      forecast: next.map((requests, i) => ({
        date: dateAfter(period.endDate, i + 1),
        requests,
        cost: Math.round(requests * costPerRequest * 1e6) / 1e6,
      })),
      scaling: this.scalingFor(peak, weeklyGrowth),
      generated_at: generatedAt.toISOString(),
    };
  }

  private scalingFor(peak: PeakDto, weeklyGrowth: number): ScalingDto {
    const { replicaRequestsPerMinute } = this.config;
    const expected = peak.requests_per_minute * (1 + Math.max(0, weeklyGrowth) * WEEKS_AHEAD);
    const replicas = Math.max(2, Math.ceil((expected * HEADROOM) / replicaRequestsPerMinute));
    const advice = [
      `The busiest hour had ${round(peak.requests_per_minute)} requests a minute; in four weeks ${round(expected)} are to be expected.`,
      `${replicas} replicas carry twice that at ${replicaRequestsPerMinute} requests a minute each.`,
    ];
    if (weeklyGrowth > FAST_GROWTH)
      advice.push(
        'Use grows by more than a fifth a week: check the limits of the providers and the budgets too.',
      );
    return {
      expected_peak_requests_per_minute: round(expected),
      replica_requests_per_minute: replicaRequestsPerMinute,
      replicas,
      advice,
    };
  }
}

/** Requests of every day of the period; the last one is left out while it is not over. */
function completeDays(byDay: readonly RollupGroup[], period: AnalyticsPeriod): readonly number[] {
  const found = new Map(byDay.map((group) => [group.keys[0], group.requests]));
  const isOver = period.until.getTime() <= Date.now();
  return Array.from(
    { length: isOver ? period.days : period.days - 1 },
    (_, i) => found.get(dateAfter(period.startDate, i)) ?? 0,
  );
}

function peakOf(byHour: readonly RollupGroup[]): PeakDto {
  const [first] = byHour.toSorted((a, b) => b.requests - a.requests);
  if (!first) return { hour: null, requests_per_minute: 0 };
  return { hour: first.keys[0] ?? null, requests_per_minute: round(first.requests / MINUTES_PER_HOUR) };
}

function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
