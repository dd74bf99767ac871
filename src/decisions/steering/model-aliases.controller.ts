import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
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
  AliasTargetsDto,
  CreateModelAliasDto,
  ModelAliasDto,
  ModelAliasListDto,
  toModelAliasDto,
} from './model-alias.dto';
import { ModelAliasService } from './model-alias.service';

/** The organization's own names for models, with weighted splits. */
@ApiTags('Routing')
@ManagementController('v1/model-aliases')
export class ModelAliasesController {
  constructor(private readonly service: ModelAliasService) {}

  @Post()
  @RequirePermission('routing:write')
  @ApiOperation({
    summary: 'Make a model alias',
    description:
      'Clients write its name as `model`. With several targets each user stays with one of them, chosen by weight. Effective within five seconds.',
  })
  @ApiCreatedResponse({ type: ModelAliasDto })
  @ApiConflictResponse({ description: 'The name belongs to a model or another alias.' })
  async create(@Req() request: GatewayRequest, @Body() body: CreateModelAliasDto): Promise<ModelAliasDto> {
    return toModelAliasDto(await this.service.create(actingOf(request), body.name, toTargets(body)));
  }

  @Get()
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'List model aliases by name' })
  @ApiOkResponse({ type: ModelAliasListDto })
  async list(@Req() request: GatewayRequest, @Query() query: PageQueryDto): Promise<ModelAliasListDto> {
    const page = await this.service.list(callerOf(request).organizationId, query);
    return { data: page.items.map(toModelAliasDto), next_cursor: page.nextCursor };
  }

  @Get(':name')
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'Show a model alias' })
  @ApiOkResponse({ type: ModelAliasDto })
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async get(@Req() request: GatewayRequest, @Param('name') name: string): Promise<ModelAliasDto> {
    return toModelAliasDto(await this.service.get(callerOf(request).organizationId, name));
  }

  @Put(':name')
  @RequirePermission('routing:write')
  @ApiOperation({ summary: 'Change where a model alias leads' })
  @ApiOkResponse({ type: ModelAliasDto })
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async update(
    @Req() request: GatewayRequest,
    @Param('name') name: string,
    @Body() body: AliasTargetsDto,
  ): Promise<ModelAliasDto> {
    return toModelAliasDto(await this.service.update(actingOf(request), name, toTargets(body)));
  }

  @Delete(':name')
  @HttpCode(204)
  @RequirePermission('routing:write')
  @ApiOperation({ summary: 'Remove a model alias' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async remove(@Req() request: GatewayRequest, @Param('name') name: string): Promise<void> {
    await this.service.remove(actingOf(request), name);
  }
}

function toTargets({ targets }: AliasTargetsDto): { model: string; weight: number }[] {
  return targets.map(({ model, weight }) => ({ model, weight }));
}
