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
import { actingOf } from '../../access/acting';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { PageQueryDto } from '../../platform/http/page-query.dto';
import { AddMemberDto, MemberDto, MemberListDto, toMemberDto, UpdateMemberDto } from './member.dto';
import { MemberService } from './member.service';

/** The people of an organization and what they may do there. */
@ApiTags('Organizations')
@ManagementController('v1/organizations/:organization_id/members')
@ApiNotFoundResponse({ description: 'Unknown, or of another organization.' })
export class MembersController {
  constructor(private readonly members: MemberService) {}

  @Post()
  @RequirePermission('members:manage')
  @ApiOperation({
    summary: 'Add a member by e-mail',
    description: 'The role can hold only what the caller has.',
  })
  @ApiCreatedResponse({ type: MemberDto })
  @ApiConflictResponse({
    description: 'A member already, of another organization, or the plan allows no more.',
  })
  async add(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Body() body: AddMemberDto,
  ): Promise<MemberDto> {
    const { email, role, password, name } = body;
    const wish = { email, role, password, name, limits: body.limits ?? {} };
    return toMemberDto(await this.members.add(actingOf(request), organizationId, wish));
  }

  @Get()
  @RequirePermission('members:manage')
  @ApiOperation({ summary: 'List members, newest first' })
  @ApiOkResponse({ type: MemberListDto })
  async list(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Query() query: PageQueryDto,
  ): Promise<MemberListDto> {
    const page = await this.members.list(callerOf(request), organizationId, query);
    return { data: page.items.map(toMemberDto), next_cursor: page.nextCursor };
  }

  @Get(':user_id')
  @RequirePermission('members:manage')
  @ApiOperation({ summary: 'Show a member' })
  @ApiOkResponse({ type: MemberDto })
  async get(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('user_id') userId: string,
  ): Promise<MemberDto> {
    return toMemberDto(await this.members.get(callerOf(request), organizationId, userId));
  }

  @Patch(':user_id')
  @RequirePermission('members:manage')
  @ApiOperation({ summary: 'Change role or limits of a member, or suspend them in this organization' })
  @ApiOkResponse({ type: MemberDto })
  @ApiConflictResponse({ description: 'The last owner.' })
  async update(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('user_id') userId: string,
    @Body() body: UpdateMemberDto,
  ): Promise<MemberDto> {
    const { role, status, limits } = body;
    const wish = { role, status, limits };
    return toMemberDto(await this.members.update(actingOf(request), organizationId, userId, wish));
  }

  @Delete(':user_id')
  @HttpCode(204)
  @RequirePermission('members:manage')
  @ApiOperation({ summary: 'Remove a member', description: 'Their keys in this organization end too.' })
  @ApiNoContentResponse()
  @ApiConflictResponse({ description: 'The last owner.' })
  async remove(
    @Req() request: GatewayRequest,
    @Param('organization_id') organizationId: string,
    @Param('user_id') userId: string,
  ): Promise<void> {
    await this.members.remove(actingOf(request), organizationId, userId);
  }
}
