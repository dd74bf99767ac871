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
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import {
  CreateProviderCredentialDto,
  ListProviderCredentialsDto,
  ProviderCredentialDto,
  ProviderCredentialListDto,
  UpdateProviderCredentialDto,
  toProviderCredentialDto,
} from './dto/provider-credential.dto';
import type { ProviderCredentialEntity } from './provider-credential.entity';
import { ProviderCredentialService } from './provider-credential.service';

/** Keys of providers that the caller's organization brings along. No answer ever contains a key. */
@ApiTags('Provider credentials')
@ManagementController('v1/provider-credentials')
export class ProviderCredentialsController {
  constructor(private readonly service: ProviderCredentialService) {}

  @Post()
  @RequirePermission('providers:manage')
  @ApiOperation({
    summary: 'Store a key for a provider',
    description: 'From then on the organization’s calls to the provider go out with it, and with no other.',
  })
  @ApiCreatedResponse({ type: ProviderCredentialDto })
  @ApiConflictResponse({ description: 'There is one already, or the installation stores none.' })
  async create(
    @Req() request: GatewayRequest,
    @Body() body: CreateProviderCredentialDto,
  ): Promise<ProviderCredentialDto> {
    const wish = { provider: body.provider, name: body.name, apiKey: body.api_key };
    return this.show(await this.service.create(callerOf(request), wish));
  }

  @Get()
  @RequirePermission('providers:manage')
  @ApiOperation({ summary: 'List stored keys, newest first' })
  @ApiOkResponse({ type: ProviderCredentialListDto })
  async list(
    @Req() request: GatewayRequest,
    @Query() query: ListProviderCredentialsDto,
  ): Promise<ProviderCredentialListDto> {
    const page = { beforeId: query.cursor, limit: query.limit };
    const { credentials, nextCursor } = await this.service.list(callerOf(request).organizationId, page);
    return { data: credentials.map((row) => this.show(row)), next_cursor: nextCursor };
  }

  @Get(':id')
  @RequirePermission('providers:manage')
  @ApiOperation({ summary: 'Show a stored key, without the key' })
  @ApiOkResponse({ type: ProviderCredentialDto })
  @ApiNotFoundResponse({ description: 'Unknown, or of another organization.' })
  async get(@Req() request: GatewayRequest, @Param('id') id: string): Promise<ProviderCredentialDto> {
    return this.show(await this.service.get(callerOf(request).organizationId, id));
  }

  @Patch(':id')
  @RequirePermission('providers:manage')
  @ApiOperation({ summary: 'Replace a stored key, or rename it' })
  @ApiOkResponse({ type: ProviderCredentialDto })
  @ApiNotFoundResponse({ description: 'Unknown, or of another organization.' })
  async update(
    @Req() request: GatewayRequest,
    @Param('id') id: string,
    @Body() body: UpdateProviderCredentialDto,
  ): Promise<ProviderCredentialDto> {
    const change = { name: body.name, apiKey: body.api_key };
    return this.show(await this.service.update(callerOf(request), id, change));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('providers:manage')
  @ApiOperation({
    summary: 'Delete a stored key',
    description: 'The organization’s calls go out with the operator’s key again.',
  })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Unknown, or of another organization.' })
  async delete(@Req() request: GatewayRequest, @Param('id') id: string): Promise<void> {
    await this.service.delete(callerOf(request), id);
  }

  private show(row: ProviderCredentialEntity): ProviderCredentialDto {
    return toProviderCredentialDto(row, this.service.isReadable(row));
  }
}
