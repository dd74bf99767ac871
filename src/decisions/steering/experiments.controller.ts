import { Body, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
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
  CreateExperimentDto,
  ExperimentDto,
  ExperimentListDto,
  ExperimentResultsDto,
  toExperimentDto,
  toResultDto,
  toVariant,
} from './experiment.dto';
import { ExperimentService } from './experiment.service';

/** Routing policies compared on live traffic. */
@ApiTags('Routing')
@ManagementController('v1/routing-experiments')
export class ExperimentsController {
  constructor(private readonly service: ExperimentService) {}

  @Post()
  @RequirePermission('routing:write')
  @ApiOperation({
    summary: 'Start an experiment',
    description:
      'Requests that name no strategy of their own are divided over the variants. What `split_by` names stays on its side. Effective within five seconds.',
  })
  @ApiCreatedResponse({ type: ExperimentDto })
  @ApiConflictResponse({ description: 'Another experiment is running.' })
  async start(@Req() request: GatewayRequest, @Body() body: CreateExperimentDto): Promise<ExperimentDto> {
    const { name, split_by: splitBy, variants } = body;
    const wish = { name, splitBy, variants: variants.map(toVariant) };
    return toExperimentDto(await this.service.start(actingOf(request), wish));
  }

  @Get()
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'List experiments, newest first' })
  @ApiOkResponse({ type: ExperimentListDto })
  async list(@Req() request: GatewayRequest, @Query() query: PageQueryDto): Promise<ExperimentListDto> {
    const page = await this.service.list(callerOf(request).organizationId, query);
    return { data: page.items.map(toExperimentDto), next_cursor: page.nextCursor };
  }

  @Get(':id')
  @RequirePermission('routing:read')
  @ApiOperation({ summary: 'Show an experiment and the results of its variants' })
  @ApiOkResponse({ type: ExperimentResultsDto })
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async get(@Req() request: GatewayRequest, @Param('id') id: string): Promise<ExperimentResultsDto> {
    const { organizationId } = callerOf(request);
    const experiment = toExperimentDto(await this.service.get(organizationId, id));
    const results = await this.service.results(organizationId, id);
    return { experiment, results: results.map(toResultDto) };
  }

  @Post(':id/stop')
  @HttpCode(200)
  @RequirePermission('routing:write')
  @ApiOperation({ summary: 'Stop an experiment; its results stay' })
  @ApiOkResponse({ type: ExperimentDto })
  @ApiNotFoundResponse({ description: 'Unknown in this organization.' })
  async stop(@Req() request: GatewayRequest, @Param('id') id: string): Promise<ExperimentDto> {
    return toExperimentDto(await this.service.stop(actingOf(request), id));
  }
}
