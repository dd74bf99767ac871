import { Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../../access/audit-log';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { DeadLetterRepository } from '../../cost/ledger/dead-letter.repository';
import { RequestProcessor } from '../../cost/ledger/request.processor';
import { UsageProcessor } from '../../cost/ledger/usage.processor';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { DeadLetterPageDto, DeadLetterRetryDto, DeadLettersQueryDto } from './dead-letters.dto';

/** Rows that the ledger refused, of all organizations; for the operator of the installation. */
@ApiTags('Analytics')
@ManagementController('v1/analytics/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetterRepository,
    private readonly usage: UsageProcessor,
    private readonly requests: RequestProcessor,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Rows that the ledger refused, and why' })
  @ApiOkResponse({ type: DeadLetterPageDto })
  async list(@Query() { limit, cursor }: DeadLettersQueryDto): Promise<DeadLetterPageDto> {
    const notes = await this.letters.list(limit, cursor);
    const data = notes
      .slice(0, limit)
      .map((note) => ({ ...note, refused_at: note.refused_at.toISOString() }));
    return { data, next_cursor: notes.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  @Post('retry')
  @HttpCode(200)
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Try to book all of them once more' })
  @ApiOkResponse({ type: DeadLetterRetryDto })
  async retry(@Req() request: GatewayRequest): Promise<DeadLetterRetryDto> {
    const usage = await this.usage.retryDeadLetters();
    const requests = await this.requests.retryDeadLetters();
    const result = {
      booked: usage.booked + requests.booked,
      refused: usage.refused + requests.refused,
    };
    const { organizationId, userId, apiKeyId } = callerOf(request);
    await this.audit.record({
      organizationId,
      action: 'ledger.retry_dead_letters',
      outcome: 'success',
      actor: { kind: apiKeyId === undefined ? 'user' : 'api_key', userId, apiKeyId },
      details: result,
      requestId: request.state.requestId,
    });
    return result;
  }
}
