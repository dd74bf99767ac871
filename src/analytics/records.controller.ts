import { Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import type { Caller } from '../access/caller';
import { RequirePermission } from '../access/require-permission.decorator';
import { AppError } from '../common/app-error';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { ANALYTICS_ERRORS } from './analytics.errors';
import { decodeCursor, encodeCursor } from './record-cursor';
import { UsageRecordPageDto } from './records-page.dto';
import { RecordsQueryDto } from './records-query.dto';
import { RecordsQuery, type RecordFilter } from './records.query';
import { toUsageRecord } from './to-usage-record';

/** The ledger, row by row: what every call to a vendor cost and why it was made. */
@ApiTags('Analytics')
@ManagementController('v1/analytics/records')
export class RecordsController {
  constructor(private readonly records: RecordsQuery) {}

  @Get()
  @RequirePermission('analytics:read', 'analytics:read-own')
  @ApiOperation({
    summary: 'Ledger rows, newest first',
    description: 'One row per call to a vendor. Callers without `analytics:read` see their own calls only.',
  })
  @ApiOkResponse({ type: UsageRecordPageDto })
  async list(@Req() request: GatewayRequest, @Query() query: RecordsQueryDto): Promise<UsageRecordPageDto> {
    const filter = toFilter(callerOf(request), query);
    const rows = await this.records.find(filter);
    const data = rows.slice(0, filter.limit).map(toUsageRecord);
    const last = data.at(-1);
    const hasMore = rows.length > filter.limit && last !== undefined;
    return {
      data,
      next_cursor: hasMore ? encodeCursor({ startedAt: last.started_at, attemptId: last.attempt_id }) : null,
    };
  }
}

function toFilter(caller: Caller, query: RecordsQueryDto): RecordFilter {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  if (query.cursor !== undefined && !after) {
    throw new AppError(ANALYTICS_ERRORS.validation, {
      public: "The value of 'cursor' is not one of ours.",
      param: 'cursor',
    });
  }
  const maySeeAll = caller.permissions.has('analytics:read');
  return {
    organizationId: organizationOf(caller, query),
    ownUserId: maySeeAll ? undefined : caller.userId,
    requestId: query.request_id,
    clientRequestId: query.client_request_id,
    apiKeyId: query.api_key_id,
    userId: query.user_id,
    status: query.status,
    from: query.from,
    to: query.to,
    limit: query.limit,
    after,
  };
}

/** Only system administrators may look into another organization; for others it does not exist. */
function organizationOf(caller: Caller, query: RecordsQueryDto): string {
  if (query.organization_id === undefined || query.organization_id === caller.organizationId)
    return caller.organizationId;
  if (caller.permissions.has('system:admin')) return query.organization_id;
  throw new AppError(ANALYTICS_ERRORS.notFound, {
    public: 'There is no such organization.',
    param: 'organization_id',
  });
}
