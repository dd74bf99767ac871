import { Body, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../../access/audit-log';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { Reconciliation, type ReconcileOutcome } from '../../cost/ledger/reconciliation';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { ReconcileDto, ReconcileResultDto, type KnownCallDto, type KnownUsageDto } from './reconcile.dto';

/** Corrections of the ledger by what vendors say later. */
@ApiTags('Analytics')
@ManagementController('v1/analytics/reconcile')
export class ReconcileController {
  constructor(
    private readonly reconciliation: Reconciliation,
    private readonly audit: AuditLog,
  ) {}

  @Post()
  @HttpCode(200)
  @RequirePermission('org:manage')
  @ApiOperation({
    summary: 'Correct calls by what a later source knows of them',
    description: 'Writes one correction row per call that differs. The same list again changes nothing.',
  })
  @ApiOkResponse({ type: ReconcileResultDto })
  async reconcile(@Req() request: GatewayRequest, @Body() body: ReconcileDto): Promise<ReconcileResultDto> {
    const { organizationId, userId, apiKeyId } = callerOf(request);
    const outcomes: { readonly id: string; readonly outcome: ReconcileOutcome }[] = [];
    for (const call of body.records) {
      outcomes.push({
        id: call.attempt_id,
        outcome: await this.reconciliation.reconcile(organizationId, toKnown(call)),
      });
    }
    const count = (wanted: ReconcileOutcome): number =>
      outcomes.filter(({ outcome }) => outcome === wanted).length;
    const result = {
      corrected: count('corrected'),
      unchanged: count('unchanged'),
      unknown: outcomes.filter(({ outcome }) => outcome === 'unknown').map(({ id }) => id),
    };
    await this.audit.record({
      organizationId,
      action: 'ledger.reconcile',
      outcome: 'success',
      actor: { kind: apiKeyId === undefined ? 'user' : 'api_key', userId, apiKeyId },
      details: { corrected: result.corrected, unchanged: result.unchanged, unknown: result.unknown.length },
      requestId: request.state.requestId,
    });
    return result;
  }
}

function toKnown({
  attempt_id,
  cost_nano_usd,
  usage,
}: KnownCallDto): Parameters<Reconciliation['reconcile']>[1] {
  return {
    attemptId: attempt_id,
    costNanoUsd: BigInt(cost_nano_usd),
    ...(usage && { usage: bucketsOf(usage) }),
  };
}

function bucketsOf(usage: KnownUsageDto): NonNullable<Parameters<Reconciliation['reconcile']>[1]['usage']> {
  const { input_uncached, cache_read, cache_write_5m, cache_write_1h, output_text, reasoning } = usage;
  return { input_uncached, cache_read, cache_write_5m, cache_write_1h, output_text, reasoning };
}
