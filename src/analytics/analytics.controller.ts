import { Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '../access/caller';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { Clock } from '../common/clock';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { readPeriod, type AnalyticsPeriod } from './analytics-period';
import {
  CostsQueryDto,
  ExpensiveQueryDto,
  ExportQueryDto,
  FilteredPeriodQueryDto,
} from './analytics-query.dto';
import { scopeOf } from './analytics-scope';
import { CostsDto } from './costs/costs.dto';
import { CostsService } from './costs/costs.service';
import { LedgerExport } from './export/ledger-export';
import { sendText } from './export/send-text';
import { LatencyDto } from './latency/latency.dto';
import { LatencyQuery } from './latency/latency.query';
import { LATENCY_ERROR } from './latency/percentiles';
import { toMeasure } from './latency/to-latency';
import { toPeriod } from './period.dto';
import { ExpensiveDto, toExpensiveRequest } from './requests/expensive.dto';
import { ExpensiveQuery } from './requests/expensive.query';
import type { RollupFilter } from './rollup.query';
import { RoutingAnalyticsDto } from './routing/routing-analytics.dto';
import { RoutingAnalyticsService } from './routing/routing-analytics.service';

const MONTH = { defaultDays: 30, maxDays: 1_830 };
const WEEK = { defaultDays: 7, maxDays: 400 };

/** What was spent, how routing did and how fast vendors were, from the roll-ups of the ledger. */
@ApiTags('Analytics')
@ManagementController('v1/analytics')
export class AnalyticsController {
  constructor(
    private readonly costs: CostsService,
    private readonly routing: RoutingAnalyticsService,
    private readonly latencies: LatencyQuery,
    private readonly expensive: ExpensiveQuery,
    private readonly ledger: LedgerExport,
    private readonly clock: Clock,
  ) {}

  @Get('costs')
  @RequirePermission('analytics:read', 'analytics:read-own')
  @ApiOperation({
    summary: 'Costs by time, model, person and more',
    description: 'Days are those of the organization. Callers without `analytics:read` see their own costs.',
  })
  @ApiOkResponse({ type: CostsDto })
  readCosts(@Req() request: GatewayRequest, @Query() query: CostsQueryDto): Promise<CostsDto> {
    return this.costs.costs(callerOf(request), query);
  }

  @Get('routing')
  @RequirePermission('analytics:read', 'analytics:read-own')
  @ApiOperation({
    summary: 'How routing did: answers, failovers, costs and savings by strategy, intent and model',
  })
  @ApiOkResponse({ type: RoutingAnalyticsDto })
  readRouting(
    @Req() request: GatewayRequest,
    @Query() query: FilteredPeriodQueryDto,
  ): Promise<RoutingAnalyticsDto> {
    const { filter, period, now } = this.toFilter(callerOf(request), query, MONTH);
    return this.routing.read(filter, period, now);
  }

  @Get('latency')
  @RequirePermission('analytics:read')
  @ApiOperation({ summary: 'p50, p95 and p99 of successful vendor calls by provider, model and region' })
  @ApiOkResponse({ type: LatencyDto })
  async readLatency(
    @Req() request: GatewayRequest,
    @Query() query: FilteredPeriodQueryDto,
  ): Promise<LatencyDto> {
    const { filter, period, now } = this.toFilter(callerOf(request), query, WEEK);
    const groups = await this.latencies.read(filter);
    return {
      period: toPeriod(period),
      relative_error: LATENCY_ERROR,
      total: toMeasure(groups, 'total'),
      first_token: toMeasure(groups, 'first_token'),
      generated_at: now.toISOString(),
    };
  }

  @Get('expensive')
  @RequirePermission('analytics:read', 'analytics:read-own')
  @ApiOperation({ summary: 'The requests that cost most' })
  @ApiOkResponse({ type: ExpensiveDto })
  async readExpensive(
    @Req() request: GatewayRequest,
    @Query() query: ExpensiveQueryDto,
  ): Promise<ExpensiveDto> {
    const { filter, period, now } = this.toFilter(callerOf(request), query, MONTH);
    const rows = await this.expensive.find(filter, query.limit);
    return { period: toPeriod(period), data: rows.map(toExpensiveRequest), generated_at: now.toISOString() };
  }

  @Get('export')
  @RequirePermission('analytics:read', 'analytics:read-own')
  @ApiOperation({
    summary: 'Ledger rows of a period as a file, oldest first',
    description: 'Streamed. Texts that a spreadsheet would take for a formula begin with an apostrophe.',
  })
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'CSV with a head line', schema: { type: 'string' } })
  async exportRows(
    @Req() request: GatewayRequest,
    @Query() query: ExportQueryDto,
    @Res() response: Response,
  ): Promise<void> {
    const { filter, period } = this.toFilter(callerOf(request), query, MONTH);
    response.setHeader('content-type', `text/${query.format}; charset=utf-8`);
    response.setHeader(
      'content-disposition',
      `attachment; filename="usage-${period.startDate}-${period.endDate}.${query.format}"`,
    );
    await sendText(response, this.ledger.csv(filter));
  }

  private toFilter(
    caller: Caller,
    query: FilteredPeriodQueryDto | ExpensiveQueryDto,
    limits: { defaultDays: number; maxDays: number },
  ): { readonly filter: RollupFilter; readonly period: AnalyticsPeriod; readonly now: Date } {
    const nowMs = this.clock.now();
    const period = readPeriod(query, { nowMs, timeZone: caller.timeZone, limits });
    const { from, until } = period;
    const narrowed = query instanceof FilteredPeriodQueryDto ? query : undefined;
    const { provider, model } = narrowed ?? {};
    return {
      filter: { scope: scopeOf(caller, query.organization_id), from, until, provider, model },
      period,
      now: new Date(nowMs),
    };
  }
}
