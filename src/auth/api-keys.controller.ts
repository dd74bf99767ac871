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
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { ApiKeyIssuer, type IssuedApiKey } from './api-key-issuer';
import { ApiKeyService } from './api-key.service';
import { AUTH_ERRORS } from './auth.errors';
import { ApiKeyDto, ApiKeyListDto, CreatedApiKeyDto, toApiKeyDto } from './dto/api-key.dto';
import { CreateApiKeyDto } from './dto/create-api-key.dto';
import { ListApiKeysDto } from './dto/list-api-keys.dto';
import { RotateApiKeyDto } from './dto/rotate-api-key.dto';
import { toApiKeyChange, toNewApiKey } from './dto/to-new-api-key';
import { UpdateApiKeyDto } from './dto/update-api-key.dto';

/** Keys of the caller; of the whole organization for those who manage its members. */
@ApiTags('API keys')
@ManagementController('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly issuer: ApiKeyIssuer,
    private readonly service: ApiKeyService,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequirePermission('keys:manage')
  @ApiOperation({
    summary: 'Make an API key',
    description: 'The answer is the only place where the key itself is shown.',
  })
  @ApiCreatedResponse({ type: CreatedApiKeyDto })
  async create(@Req() request: GatewayRequest, @Body() body: CreateApiKeyDto): Promise<CreatedApiKeyDto> {
    requireOneOf(body);
    return this.issued(await this.issuer.create(actingOf(request), toNewApiKey(body)));
  }

  @Get()
  @RequirePermission('keys:manage')
  @ApiOperation({ summary: 'List API keys, newest first' })
  @ApiOkResponse({ type: ApiKeyListDto })
  async list(@Req() request: GatewayRequest, @Query() query: ListApiKeysDto): Promise<ApiKeyListDto> {
    const page = await this.service.list(callerOf(request), { limit: query.limit, beforeId: query.cursor });
    const nowMs = this.clock.now();
    return { data: page.items.map((key) => toApiKeyDto(key, nowMs)), next_cursor: page.nextCursor };
  }

  @Get(':id')
  @RequirePermission('keys:manage')
  @ApiOperation({ summary: 'Show an API key' })
  @ApiOkResponse({ type: ApiKeyDto })
  @ApiNotFoundResponse({ description: 'Unknown, or of somebody else.' })
  async get(@Req() request: GatewayRequest, @Param('id') id: string): Promise<ApiKeyDto> {
    return toApiKeyDto(await this.service.get(callerOf(request), id), this.clock.now());
  }

  @Patch(':id')
  @RequirePermission('keys:manage')
  @ApiOperation({
    summary: 'Change an API key',
    description:
      'Without `members:manage` a key can be renamed and tightened, not loosened. Takes effect at once, on other replicas within a second.',
  })
  @ApiOkResponse({ type: ApiKeyDto })
  @ApiNotFoundResponse({ description: 'Unknown, or of somebody else.' })
  @ApiConflictResponse({ description: 'A static key of ALLOWED_API_KEYS, or a revoked one.' })
  async update(
    @Req() request: GatewayRequest,
    @Param('id') id: string,
    @Body() body: UpdateApiKeyDto,
  ): Promise<ApiKeyDto> {
    requireOneOf(body);
    const key = await this.service.update(actingOf(request), id, toApiKeyChange(body));
    return toApiKeyDto(key, this.clock.now());
  }

  @Post(':id/rotate')
  @RequirePermission('keys:manage')
  @ApiOperation({
    summary: 'Replace the key itself',
    description: 'The id, limits and budgets stay. The old key goes on working for `overlap_seconds`.',
  })
  @ApiCreatedResponse({ type: CreatedApiKeyDto })
  @ApiNotFoundResponse({ description: 'Unknown, or of somebody else.' })
  @ApiConflictResponse({
    description: 'A static key of ALLOWED_API_KEYS, or one that does not work any more.',
  })
  async rotate(
    @Req() request: GatewayRequest,
    @Param('id') id: string,
    @Body() body: RotateApiKeyDto,
  ): Promise<CreatedApiKeyDto> {
    return this.issued(await this.service.rotate(actingOf(request), id, body.overlap_seconds ?? 0));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('keys:manage')
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'Cannot be undone; the entry stays in the list.',
  })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Unknown, or of somebody else.' })
  @ApiConflictResponse({ description: 'A static key of ALLOWED_API_KEYS.' })
  async revoke(@Req() request: GatewayRequest, @Param('id') id: string): Promise<void> {
    await this.service.revoke(actingOf(request), id);
  }

  private issued({ entity, key }: IssuedApiKey): CreatedApiKeyDto {
    return Object.assign(toApiKeyDto(entity, this.clock.now()), { key });
  }
}

function requireOneOf({ role, permissions }: { role?: unknown; permissions?: unknown }): void {
  if ((role ?? undefined) === undefined || (permissions ?? undefined) === undefined) return;
  throw new AppError(AUTH_ERRORS.validation, {
    public: 'Give either role or permissions.',
    param: 'permissions',
  });
}
