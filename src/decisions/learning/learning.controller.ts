import { Body, Get, Put, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { actingOf } from '../../access/acting';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import {
  LearningSettingsDto,
  LearningStateDto,
  toLearningSettings,
  toLearningStateDto,
} from './learning.dto';
import { LearningService } from './learning.service';

/** Whether routing learns from the organization's decisions, and what came of it. */
@ApiTags('Routing')
@ManagementController('v1/router-learning')
export class LearningController {
  constructor(private readonly service: LearningService) {}

  @Get()
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'Show how routing learns, and what the last turn came to' })
  @ApiOkResponse({ type: LearningStateDto })
  async get(@Req() request: GatewayRequest): Promise<LearningStateDto> {
    return toLearningStateDto(await this.service.get(callerOf(request).organizationId));
  }

  @Put()
  @RequirePermission('routing:write')
  @ApiOperation({
    summary: 'Say how routing learns',
    description:
      'Replaces all settings, and gives the organization a turn soon. Learning uses stored decisions, feedback and outcomes; no prompt and no answer.',
  })
  @ApiOkResponse({ type: LearningStateDto })
  async set(@Req() request: GatewayRequest, @Body() body: LearningSettingsDto): Promise<LearningStateDto> {
    return toLearningStateDto(await this.service.set(actingOf(request), toLearningSettings(body)));
  }
}
