import { Readable } from 'node:stream';
import { Body, HttpCode, Post, Req, StreamableFile } from '@nestjs/common';
import { ApiConflictResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../../access/audit-log';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import type { JsonObject } from '../../common/json';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { trailOf } from '../api/audit-scope';
import { DataSubjectDto, ErasureReportDto } from './dto/data-subject.dto';
import type { DataSubject } from './personal-data.repository';
import { PrivacyService } from './privacy.service';

/** Requests of data subjects (GDPR articles 15, 17 and 20; CCPA): what is known about one user, and its erasure. */
@ApiTags('Privacy')
@ManagementController('v1/privacy')
export class PrivacyController {
  constructor(
    private readonly privacy: PrivacyService,
    private readonly audit: AuditLog,
  ) {}

  @Post('export')
  @RequirePermission('org:manage')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Everything the organization knows about a user',
    description:
      'One JSON document, streamed: the account, and the rows of every table by table name. Without secrets.',
  })
  @ApiOkResponse({
    content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  })
  async export(@Req() request: GatewayRequest, @Body() body: DataSubjectDto): Promise<StreamableFile> {
    const subject = subjectOf(request, body);
    await this.privacy.requireKnown(subject);
    await this.record(request, { subject, action: 'privacy.export', userId: subject.userId });
    const document = Readable.from(this.privacy.export(subject), { objectMode: false });
    return new StreamableFile(document, { type: 'application/json' });
  }

  @Post('erase')
  @RequirePermission('org:manage')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Erase a user',
    description:
      'Membership, keys, sessions and budgets are deleted, and the account when no other organization has it. In the ledger and in decisions a pseudonym takes the place of the user, so that sums stay; the audit trail keeps its pseudonym and loses the link and the addresses. Cannot be undone.',
  })
  @ApiOkResponse({ type: ErasureReportDto })
  @ApiConflictResponse({ description: 'The last owner.' })
  async erase(@Req() request: GatewayRequest, @Body() body: DataSubjectDto): Promise<ErasureReportDto> {
    const subject = subjectOf(request, body);
    await this.privacy.requireKnown(subject);
    const { pseudonym, erased, accountDeleted } = await this.privacy.erase(subject);
    const details = { erased, account_deleted: accountDeleted };
    await this.record(request, { subject, action: 'privacy.erase', userId: pseudonym, details });
    return { pseudonym, erased: { ...erased }, account_deleted: accountDeleted };
  }

  private record(
    request: GatewayRequest,
    event: { subject: DataSubject; action: string; userId: string; details?: JsonObject },
  ): Promise<void> {
    const { userId, apiKeyId } = callerOf(request);
    // Who erases themselves must not come back through the record of it.
    const isOneself = event.action === 'privacy.erase' && userId === event.subject.userId;
    return this.audit.record({
      organizationId: event.subject.organizationId,
      action: event.action,
      outcome: 'success',
      actor: isOneself
        ? { kind: 'anonymous' }
        : { kind: apiKeyId === undefined ? 'user' : 'api_key', userId, apiKeyId },
      target: { kind: 'user', id: event.userId },
      details: event.details,
      requestId: request.state.requestId,
      address: isOneself ? undefined : request.ip,
    });
  }
}

function subjectOf(request: GatewayRequest, body: DataSubjectDto): DataSubject {
  return { organizationId: trailOf(callerOf(request), body.organization_id), userId: body.user_id };
}
