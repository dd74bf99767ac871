import { Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { Clock } from '../common/clock';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { readPeriod, type AnalyticsPeriod } from './analytics-period';
import { PeriodQueryDto } from './analytics-query.dto';
import { scopeOf } from './analytics-scope';
import { CapacityDto } from './capacity/capacity.dto';
import { CapacityService } from './capacity/capacity.service';
import { RecommendationsDto } from './recommendations/recommendation.dto';
import { RecommendationsService } from './recommendations/recommendations.service';
import type { RollupFilter } from './rollup.query';

/** By the hour, so no more than two months; whole weeks, so that weekdays weigh alike. */
const FOUR_WEEKS = { defaultDays: 29, maxDays: 62 };

/** What the figures suggest to do. */
@ApiTags('Analytics')
@ManagementController('v1/analytics')
export class AdviceController {
  constructor(
    private readonly capacities: CapacityService,
    private readonly recommendations: RecommendationsService,
    private readonly clock: Clock,
  ) {}

  @Get('capacity')
  @RequirePermission('analytics:read')
  @ApiOperation({ summary: 'Trend, forecast of 30 days, and how many replicas the expected peak needs' })
  @ApiOkResponse({ type: CapacityDto })
  readCapacity(@Req() request: GatewayRequest, @Query() query: PeriodQueryDto): Promise<CapacityDto> {
    const { filter, period, now } = this.toFilter(request, query);
    return this.capacities.read(filter, period, now);
  }

  @Get('recommendations')
  @RequirePermission('analytics:read')
  @ApiOperation({
    summary: 'Cheaper models, questions for a cache, oversized limits, idle keys',
    description: 'Each with the money it would save and how that was computed.',
  })
  @ApiOkResponse({ type: RecommendationsDto })
  readRecommendations(
    @Req() request: GatewayRequest,
    @Query() query: PeriodQueryDto,
  ): Promise<RecommendationsDto> {
    const { filter, period, now } = this.toFilter(request, query);
    return this.recommendations.read(filter, period, now);
  }

  private toFilter(
    request: GatewayRequest,
    query: PeriodQueryDto,
  ): { readonly filter: RollupFilter; readonly period: AnalyticsPeriod; readonly now: Date } {
    const caller = callerOf(request);
    const nowMs = this.clock.now();
    const period = readPeriod(query, { nowMs, timeZone: caller.timeZone, limits: FOUR_WEEKS });
    const scope = scopeOf(caller, query.organization_id);
    return { filter: { scope, from: period.from, until: period.until }, period, now: new Date(nowMs) };
  }
}
