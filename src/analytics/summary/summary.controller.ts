import { Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { MetricsService } from '../../telemetry/metrics.service';
import { TenantSummaryDto, UserStatsDto } from './tenant-summary.dto';
import { TenantSummaryService } from './tenant-summary.service';
import { UserStatsService } from './user-stats.service';

/** Figures at a glance: of the organization, and of the caller. */
@ApiTags('Analytics')
@ManagementController()
export class SummaryController {
  constructor(
    private readonly summaries: TenantSummaryService,
    private readonly stats: UserStatsService,
    private readonly metrics: MetricsService,
  ) {}

  @Get('metrics')
  @RequirePermission('analytics:read', 'analytics:read-own')
  @ApiOperation({
    summary: "The caller's organization in a few figures",
    description:
      'JSON. Callers without `analytics:read` see their own figures. With `Accept: text/plain`, system administrators get the metrics of the process in the Prometheus text format; scrapers use the path of `OBSERVABILITY__PROM_METRICS_PATH`.',
  })
  @ApiOkResponse({ type: TenantSummaryDto })
  async summary(@Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const caller = callerOf(request);
    if (request.accepts(['json', 'text']) === 'text' && caller.permissions.has('system:admin')) {
      const { contentType, text } = await this.metrics.exposition();
      response.setHeader('content-type', contentType);
      response.end(text);
      return;
    }
    response.json(await this.summaries.summaryOf(caller));
  }

  @Get('user/stats')
  @RequirePermission('analytics:read', 'analytics:read-own', 'chat:invoke')
  @ApiOperation({ summary: 'What the caller has used, and may use' })
  @ApiOkResponse({ type: UserStatsDto })
  statsOfCaller(@Req() request: GatewayRequest): Promise<UserStatsDto> {
    return this.stats.statsOf(callerOf(request));
  }
}
