import { Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../../access/audit-log';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { AppError } from '../../common/app-error';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { ANALYTICS_ERRORS } from '../analytics.errors';
import { AlertRepository } from './alert.repository';
import { AlertPageDto, AlertRetryDto, AlertsQueryDto, toAlertDto } from './alerts.dto';

/** What people were told, and whether it reached them. */
@ApiTags('Analytics')
@ManagementController('v1/analytics/alerts')
export class AlertsController {
  constructor(
    private readonly alerts: AlertRepository,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequirePermission('analytics:read')
  @ApiOperation({ summary: 'Alerts of the organization, newest first, with their deliveries' })
  @ApiOkResponse({ type: AlertPageDto })
  async list(@Req() request: GatewayRequest, @Query() query: AlertsQueryDto): Promise<AlertPageDto> {
    const rows = await this.alerts.list(callerOf(request).organizationId, query.limit, query.cursor);
    const data = rows.slice(0, query.limit).map(toAlertDto);
    return { data, next_cursor: rows.length > query.limit ? (data.at(-1)?.id ?? null) : null };
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequirePermission('org:manage')
  @ApiOperation({ summary: 'Send an alert once more where all attempts failed' })
  @ApiOkResponse({ type: AlertRetryDto })
  async retry(@Req() request: GatewayRequest, @Param('id') id: string): Promise<AlertRetryDto> {
    const { organizationId, userId, apiKeyId } = callerOf(request);
    const revived = await this.alerts.retry(organizationId, id.slice(0, 100).replaceAll('\0', ''));
    if (revived === undefined)
      throw new AppError(ANALYTICS_ERRORS.notFound, { public: 'There is no such alert.', param: 'id' });
    await this.audit.record({
      organizationId,
      action: 'alert.retry',
      outcome: 'success',
      actor: { kind: apiKeyId === undefined ? 'user' : 'api_key', userId, apiKeyId },
      target: { kind: 'alert', id },
      details: { revived },
      requestId: request.state.requestId,
    });
    return { revived };
  }
}
