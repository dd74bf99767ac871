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
import { actingOf } from '../access/acting';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { PageQueryDto } from '../platform/http/page-query.dto';
import { CreateRoleDto, RoleDto, RoleListDto, RolePermissionsDto, toRoleDto } from './dto/role.dto';
import { RoleService } from './role.service';

/** Custom roles: sets of permissions with a name. */
@ApiTags('Organizations')
@ManagementController('v1/organizations/:organization_id/roles')
@ApiNotFoundResponse({ description: 'Unknown, or of another organization.' })
export class RolesController {
  constructor(private readonly roles: RoleService) {}

  @Post()
  @RequirePermission('members:manage')
  @ApiOperation({
    summary: 'Make a custom role',
    description: 'It can hold only permissions the caller has.',
  })
  @ApiCreatedResponse({ type: RoleDto })
  @ApiConflictResponse({ description: 'The name is taken.' })
  async create(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Body() body: CreateRoleDto,
  ): Promise<RoleDto> {
    return toRoleDto(await this.roles.create(actingOf(request), organizationId, body));
  }

  @Get()
  @RequirePermission('members:manage', 'org:manage')
  @ApiOperation({ summary: 'List custom roles by name' })
  @ApiOkResponse({ type: RoleListDto })
  async list(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Query() query: PageQueryDto,
  ): Promise<RoleListDto> {
    const page = await this.roles.list(callerOf(request), organizationId, query);
    return { data: page.items.map(toRoleDto), next_cursor: page.nextCursor };
  }

  @Put(':name')
  @RequirePermission('members:manage')
  @ApiOperation({ summary: 'Change what a custom role holds, for all its members at once' })
  @ApiOkResponse({ type: RoleDto })
  async update(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('name') name: string,
    @Body() body: RolePermissionsDto,
  ): Promise<RoleDto> {
    return toRoleDto(await this.roles.update(actingOf(request), organizationId, name, body.permissions));
  }

  @Delete(':name')
  @HttpCode(204)
  @RequirePermission('members:manage')
  @ApiOperation({ summary: 'Delete a custom role nobody has' })
  @ApiNoContentResponse()
  @ApiConflictResponse({ description: 'Members have it.' })
  async remove(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('name') name: string,
  ): Promise<void> {
    await this.roles.remove(actingOf(request), organizationId, name);
  }
}
