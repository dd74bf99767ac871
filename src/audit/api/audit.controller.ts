import { Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { AuditLog } from '../../access/audit-log';
import type { Caller } from '../../access/caller';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { AppError } from '../../common/app-error';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { AUDIT_ERRORS } from '../audit.errors';
import { CheckpointRepository } from '../checkpoints/checkpoint.repository';
import { TrailCheck } from '../verify/trail-check';
import { AuditEventsQuery, type AuditEventFilter } from './audit-events.query';
import { decodeSequence, encodeSequence, trailOf } from './audit-scope';
import { AuditCheckpointDto, AuditCheckpointPageDto } from './dto/audit-checkpoint.dto';
import { AuditEventPageDto } from './dto/audit-event.dto';
import { AuditEventsQueryDto } from './dto/audit-events-query.dto';
import { AuditPageQueryDto, AuditScopeDto } from './dto/audit-scope.dto';
import { TrailReportDto } from './dto/trail-report.dto';
import { toAuditEvent } from './to-audit-event';

/** Who did what, and the proof that the record is whole. */
@ApiTags('Audit')
@ManagementController('v1/audit')
export class AuditController {
  constructor(
    private readonly events: AuditEventsQuery,
    private readonly check: TrailCheck,
    private readonly checkpoints: CheckpointRepository,
    private readonly audit: AuditLog,
  ) {}

  @Get('events')
  @RequirePermission('audit:read')
  @ApiOperation({
    summary: 'Events of the audit trail, newest first',
    description: 'An event is visible at most 2 s after it happened while the queue is healthy.',
  })
  @ApiOkResponse({ type: AuditEventPageDto })
  async list(
    @Req() request: GatewayRequest,
    @Query() query: AuditEventsQueryDto,
  ): Promise<AuditEventPageDto> {
    const rows = await this.events.find(toFilter(callerOf(request), query));
    const data = rows.slice(0, query.limit).map(toAuditEvent);
    const last = data.at(-1);
    return { data, next_cursor: rows.length > query.limit && last ? encodeSequence(last.sequence) : null };
  }

  @Get('verify')
  @RequirePermission('audit:read')
  @ApiOperation({
    summary: 'Check the trail from its first to its last event',
    description:
      'Recomputes every hash, and compares with the signed checkpoints in the database and in AUDIT_ANCHOR_FILE. Names the first bad event. One check per organization runs at a time; others asked for meanwhile get its result.',
  })
  @ApiOkResponse({ type: TrailReportDto })
  verify(@Req() request: GatewayRequest, @Query() query: AuditScopeDto): Promise<TrailReportDto> {
    return this.check.run(trailOf(callerOf(request), query.organization_id));
  }

  @Get('checkpoints')
  @RequirePermission('audit:read')
  @ApiOperation({ summary: 'Signed checkpoints, newest first' })
  @ApiOkResponse({ type: AuditCheckpointPageDto })
  async listCheckpoints(
    @Req() request: GatewayRequest,
    @Query() query: AuditPageQueryDto,
  ): Promise<AuditCheckpointPageDto> {
    const organizationId = trailOf(callerOf(request), query.organization_id);
    const page = { before: decodeSequence(query.cursor), limit: query.limit };
    const found = await this.checkpoints.findPage(organizationId, page);
    const data = found.slice(0, query.limit);
    const last = data.at(-1);
    return { data, next_cursor: found.length > query.limit && last ? encodeSequence(last.sequence) : null };
  }

  @Post('checkpoints')
  @RequirePermission('org:manage')
  @ApiOperation({
    summary: 'Sign a checkpoint now',
    description: '204 when the trail is empty. It is brought to the anchors within seconds.',
  })
  @ApiCreatedResponse({ type: AuditCheckpointDto })
  @HttpCode(201)
  async makeCheckpoint(
    @Req() request: GatewayRequest,
    @Query() query: AuditScopeDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuditCheckpointDto | undefined> {
    const caller = callerOf(request);
    const organizationId = trailOf(caller, query.organization_id);
    if (!this.checkpoints.canSign)
      throw new AppError(AUDIT_ERRORS.unsigned, { public: 'No key for signing checkpoints is configured.' });
    const checkpoint = await this.checkpoints.make(organizationId);
    if (!checkpoint) response.status(204);
    else await this.recordCheckpoint(request, checkpoint);
    return checkpoint;
  }

  private recordCheckpoint(
    request: GatewayRequest,
    { organization_id, sequence }: AuditCheckpointDto,
  ): Promise<void> {
    const { userId, apiKeyId } = callerOf(request);
    return this.audit.record({
      organizationId: organization_id,
      action: 'audit.checkpoint',
      outcome: 'success',
      actor: { kind: apiKeyId === undefined ? 'user' : 'api_key', userId, apiKeyId },
      details: { sequence },
      requestId: request.state.requestId,
      address: request.ip,
    });
  }
}

function toFilter(caller: Caller, query: AuditEventsQueryDto): AuditEventFilter {
  return {
    organizationId: trailOf(caller, query.organization_id),
    action: query.action,
    outcome: query.outcome,
    userId: query.user_id,
    apiKeyId: query.api_key_id,
    targetKind: query.target_kind,
    targetId: query.target_id,
    requestId: query.request_id,
    from: query.from,
    to: query.to,
    before: decodeSequence(query.cursor),
    limit: query.limit,
  };
}
