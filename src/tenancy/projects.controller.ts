import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { actingOf } from '../access/acting';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { PageQueryDto } from '../platform/http/page-query.dto';
import {
  CreateProjectDto,
  ProjectDto,
  ProjectListDto,
  toProjectDto,
  UpdateProjectDto,
} from './dto/project.dto';
import { ProjectService } from './project.service';

/** Parts of an organization that keys and budgets can be bound to. */
@ApiTags('Organizations')
@ManagementController('v1/organizations/:organization_id/projects')
@ApiNotFoundResponse({ description: 'Unknown, or of another organization.' })
export class ProjectsController {
  constructor(private readonly projects: ProjectService) {}

  @Post()
  @RequirePermission('org:manage')
  @ApiOperation({ summary: 'Make a project' })
  @ApiCreatedResponse({ type: ProjectDto })
  @ApiConflictResponse({ description: 'The name is taken, or the plan allows no more.' })
  async create(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Body() body: CreateProjectDto,
  ): Promise<ProjectDto> {
    return toProjectDto(await this.projects.create(actingOf(request), organizationId, body.name));
  }

  @Get()
  @RequirePermission('org:manage', 'members:manage', 'keys:manage')
  @ApiOperation({ summary: 'List projects, newest first' })
  @ApiOkResponse({ type: ProjectListDto })
  async list(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Query() query: PageQueryDto,
  ): Promise<ProjectListDto> {
    const page = await this.projects.list(callerOf(request), organizationId, query);
    return { data: page.items.map(toProjectDto), next_cursor: page.nextCursor };
  }

  @Get(':project_id')
  @RequirePermission('org:manage', 'members:manage', 'keys:manage')
  @ApiOperation({ summary: 'Show a project' })
  @ApiOkResponse({ type: ProjectDto })
  async get(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('project_id') id: string,
  ): Promise<ProjectDto> {
    return toProjectDto(await this.projects.get(callerOf(request), organizationId, id));
  }

  @Patch(':project_id')
  @RequirePermission('org:manage')
  @ApiOperation({ summary: 'Rename, suspend or reactivate a project' })
  @ApiOkResponse({ type: ProjectDto })
  async update(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('project_id') id: string,
    @Body() body: UpdateProjectDto,
  ): Promise<ProjectDto> {
    return toProjectDto(await this.projects.update(actingOf(request), organizationId, id, body));
  }

  @Delete(':project_id')
  @HttpCode(204)
  @RequirePermission('org:manage')
  @ApiOperation({ summary: 'Delete a project nothing refers to' })
  @ApiNoContentResponse()
  @ApiConflictResponse({ description: 'Keys refer to it.' })
  async remove(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('project_id') id: string,
  ): Promise<void> {
    await this.projects.remove(actingOf(request), organizationId, id);
  }
}
