import { Body, Delete, Get, HttpCode, Param, Put, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { actingOf } from '../access/acting';
import type { GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { PlanDto, PlanListDto, SavePlanDto, toPlanDto } from './dto/plan.dto';
import { PlanService } from './plan.service';

/** What organizations may use by contract. */
@ApiTags('Organizations')
@ManagementController('v1/plans')
export class PlansController {
  constructor(private readonly plans: PlanService) {}

  @Get()
  @RequirePermission('org:manage', 'system:admin')
  @ApiOperation({ summary: 'List plans' })
  @ApiOkResponse({ type: PlanListDto })
  async list(): Promise<PlanListDto> {
    return { data: (await this.plans.list()).map(toPlanDto), next_cursor: null };
  }

  @Put(':name')
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Make a plan or replace its limits, for all organizations on it' })
  @ApiOkResponse({ type: PlanDto })
  async save(
    @Req() request: GatewayRequest,
    @Param('name') name: string,
    @Body() body: SavePlanDto,
  ): Promise<PlanDto> {
    return toPlanDto(await this.plans.save(actingOf(request), name, body.limits));
  }

  @Delete(':name')
  @HttpCode(204)
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Delete a plan no organization follows' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Unknown.' })
  @ApiConflictResponse({ description: 'Organizations follow it, or it is the default.' })
  async remove(@Req() request: GatewayRequest, @Param('name') name: string): Promise<void> {
    await this.plans.remove(actingOf(request), name);
  }
}
