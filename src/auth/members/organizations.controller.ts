import { Body, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
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
  CreateOrganizationDto,
  OrganizationDto,
  OrganizationListDto,
  toOrganizationDto,
  UpdateOrganizationDto,
} from '../../tenancy/dto/organization.dto';
import { OrganizationService } from '../../tenancy/organization.service';
import { MemberService } from './member.service';

/** Tenants. Here, and not in the tenancy module, because a new one may come with its first member. */
@ApiTags('Organizations')
@ManagementController('v1/organizations')
export class OrganizationsController {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
  ) {}

  @Post()
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Make an organization', description: 'With `owner`, its first member too.' })
  @ApiCreatedResponse({ type: OrganizationDto })
  @ApiConflictResponse({ description: 'The slug is taken, or the owner’s e-mail belongs to an account.' })
  async create(
    @Req() request: GatewayRequest,
    @Body() body: CreateOrganizationDto,
  ): Promise<OrganizationDto> {
    const acting = actingOf(request);
    const { owner } = body;
    const wish = {
      name: body.name,
      slug: body.slug,
      timeZone: body.time_zone ?? 'UTC',
      plan: body.plan ?? 'standard',
      limits: body.limits ?? {},
    };
    const view = await this.organizations.create(acting, wish, async ({ id }) => {
      if (owner === undefined) return;
      const { email, password, name } = owner;
      await this.members.add(acting, id, { email, password, name, role: 'owner', limits: {} });
    });
    return toOrganizationDto(view);
  }

  @Get()
  @RequirePermission('org:manage', 'members:manage', 'system:admin')
  @ApiOperation({
    summary: 'List organizations, newest first',
    description: 'All of them for system administrators, the own one for everybody else.',
  })
  @ApiOkResponse({ type: OrganizationListDto })
  async list(@Req() request: GatewayRequest, @Query() query: PageQueryDto): Promise<OrganizationListDto> {
    const page = await this.organizations.list(callerOf(request), query);
    return { data: page.items.map(toOrganizationDto), next_cursor: page.nextCursor };
  }

  @Get(':organization_id')
  @RequirePermission('org:manage', 'members:manage', 'system:admin')
  @ApiOperation({ summary: 'Show an organization' })
  @ApiOkResponse({ type: OrganizationDto })
  @ApiNotFoundResponse({ description: 'Unknown, or another than one’s own.' })
  async get(@Req() request: GatewayRequest, @Param('organization_id') id: string): Promise<OrganizationDto> {
    return toOrganizationDto(await this.organizations.get(callerOf(request), id));
  }

  @Patch(':organization_id')
  @RequirePermission('org:manage')
  @ApiOperation({
    summary: 'Change an organization',
    description: 'Status, plan and limits are for system administrators. Suspension takes effect at once.',
  })
  @ApiOkResponse({ type: OrganizationDto })
  @ApiNotFoundResponse({ description: 'Unknown, or another than one’s own.' })
  async update(
    @Req() request: GatewayRequest,
    @Param('organization_id') id: string,
    @Body() body: UpdateOrganizationDto,
  ): Promise<OrganizationDto> {
    const { name, time_zone: timeZone, status, plan } = body;
    const change = {
      ...(name !== undefined && { name }),
      ...(timeZone !== undefined && { timeZone }),
      ...(status !== undefined && { status }),
      ...(plan !== undefined && { plan }),
      ...(body.limits !== undefined && { limits: body.limits }),
    };
    return toOrganizationDto(await this.organizations.update(actingOf(request), id, change));
  }
}
