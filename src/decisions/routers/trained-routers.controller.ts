import { Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { actingOf } from '../../access/acting';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { PageQueryDto } from '../../platform/http/page-query.dto';
import {
  RolledBackDto,
  TrainedRouterDto,
  TrainedRouterListDto,
  toTrainedRouterDto,
} from './trained-router.dto';
import { TrainedRoutersService } from './trained-routers.service';

/** Trained routers of the organization: which there are, and which one predicts. */
@ApiTags('Routing')
@ManagementController('v1/routers')
export class TrainedRoutersController {
  constructor(private readonly service: TrainedRoutersService) {}

  @Get()
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'List trained routers, newest first' })
  @ApiOkResponse({ type: TrainedRouterListDto })
  async list(@Req() request: GatewayRequest, @Query() query: PageQueryDto): Promise<TrainedRouterListDto> {
    const page = await this.service.list(callerOf(request).organizationId, query);
    return { data: page.items.map(toTrainedRouterDto), next_cursor: page.nextCursor };
  }

  @Post('rollback')
  @HttpCode(200)
  @RequirePermission('routing:write')
  @ApiOperation({
    summary: 'Take back the last activation',
    description:
      'The router that counted before it counts again, in all replicas within a second. Learned routers are no longer activated by themselves until that is turned on again.',
  })
  @ApiOkResponse({ type: RolledBackDto })
  @ApiConflictResponse({ description: 'No activation stands.' })
  async rollBack(@Req() request: GatewayRequest): Promise<RolledBackDto> {
    return { active_router_id: await this.service.rollBack(actingOf(request)) };
  }

  @Get(':id')
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'Show a trained router' })
  @ApiOkResponse({ type: TrainedRouterDto })
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async get(@Req() request: GatewayRequest, @Param('id') id: string): Promise<TrainedRouterDto> {
    return toTrainedRouterDto(await this.service.get(callerOf(request).organizationId, id));
  }

  @Post(':id/activate')
  @HttpCode(200)
  @RequirePermission('routing:write')
  @ApiOperation({
    summary: 'Let a trained router predict',
    description: 'For all decisions of the organization, in all replicas within a second.',
  })
  @ApiOkResponse({ type: TrainedRouterDto })
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async activate(@Req() request: GatewayRequest, @Param('id') id: string): Promise<TrainedRouterDto> {
    return toTrainedRouterDto(await this.service.activate(actingOf(request), id));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('routing:write')
  @ApiOperation({ summary: 'Delete a trained router' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  @ApiConflictResponse({ description: 'It is active.' })
  async remove(@Req() request: GatewayRequest, @Param('id') id: string): Promise<void> {
    await this.service.remove(actingOf(request), id);
  }
}
