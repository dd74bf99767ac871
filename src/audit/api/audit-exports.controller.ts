import { Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../../access/audit-log';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { AppError } from '../../common/app-error';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { AUDIT_ERRORS } from '../audit.errors';
import { AuditExportConfig } from '../export/audit-export.config';
import type { ExportDestinationName } from '../export/export-destination';
import { ExportRepository } from '../export/export.repository';
import { AuditExportListDto, AuditExportRetryDto } from './dto/audit-export.dto';

/** How the exports of the audit trail are doing; for the operator of the installation. */
@ApiTags('Audit')
@ManagementController('v1/audit/exports')
export class AuditExportsController {
  constructor(
    private readonly repository: ExportRepository,
    private readonly config: AuditExportConfig,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Configured exports: how far behind, and what was refused' })
  @ApiOkResponse({ type: AuditExportListDto })
  async list(): Promise<AuditExportListDto> {
    const data = [];
    for (const destination of this.configured()) {
      const { backlog, deadLetters } = await this.repository.status(destination);
      data.push({ destination, backlog, dead_letters: deadLetters });
    }
    return { data, next_cursor: null };
  }

  @Post(':destination/retry')
  @RequirePermission('system:admin')
  @HttpCode(200)
  @ApiOperation({ summary: 'Try the refused events of an export once more' })
  @ApiOkResponse({ type: AuditExportRetryDto })
  async retry(
    @Req() request: GatewayRequest,
    @Param('destination') name: string,
  ): Promise<AuditExportRetryDto> {
    const destination = this.configured().find((configured) => configured === name);
    if (destination === undefined)
      throw new AppError(AUDIT_ERRORS.notFound, { public: 'There is no such export.' });
    const retried = await this.repository.requestRetry(destination);
    const { organizationId, userId, apiKeyId } = callerOf(request);
    await this.audit.record({
      organizationId,
      action: 'audit.export_retry',
      outcome: 'success',
      actor: { kind: apiKeyId === undefined ? 'user' : 'api_key', userId, apiKeyId },
      target: { kind: 'audit_export', id: destination },
      details: { retried },
      requestId: request.state.requestId,
      address: request.ip,
    });
    return { retried };
  }

  private configured(): readonly ExportDestinationName[] {
    const { file, syslogUrl, webhookUrl } = this.config;
    const settings = [
      ['file', file],
      ['syslog', syslogUrl],
      ['webhook', webhookUrl],
    ] as const;
    return settings.filter(([, setting]) => setting !== undefined).map(([name]) => name);
  }
}
