import { Body, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { AppError } from '../common/app-error';
import { Clock } from '../common/clock';
import { ManagementController } from '../platform/http/management-controller.decorator';
import { ApiKeyService } from './api-key.service';
import { AUTH_ERRORS } from './auth.errors';
import { ApiKeyDto, ApiKeyListDto, CreatedApiKeyDto, toApiKeyDto } from './dto/api-key.dto';
import { CreateApiKeyDto } from './dto/create-api-key.dto';
import { ListApiKeysDto } from './dto/list-api-keys.dto';
import { toNewApiKey } from './dto/to-new-api-key';

/** Keys of the caller; of the whole organization for those who manage its members. */
@ApiTags('API keys')
@ManagementController('v1/api-keys')
export class ApiKeysController {
  constructor(
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
    if (body.role !== undefined && body.permissions !== undefined) {
      throw new AppError(AUTH_ERRORS.validation, {
        public: 'Give either role or permissions.',
        param: 'permissions',
      });
    }
    const { entity, key } = await this.service.create(callerOf(request), toNewApiKey(body));
    return Object.assign(toApiKeyDto(entity, this.clock.now()), { key });
  }

  @Get()
  @RequirePermission('keys:manage')
  @ApiOperation({ summary: 'List API keys, newest first' })
  @ApiOkResponse({ type: ApiKeyListDto })
  async list(@Req() request: GatewayRequest, @Query() query: ListApiKeysDto): Promise<ApiKeyListDto> {
    const page = await this.service.list(callerOf(request), { limit: query.limit, beforeId: query.cursor });
    const nowMs = this.clock.now();
    return { data: page.keys.map((key) => toApiKeyDto(key, nowMs)), next_cursor: page.nextCursor };
  }

  @Get(':id')
  @RequirePermission('keys:manage')
  @ApiOperation({ summary: 'Show an API key' })
  @ApiOkResponse({ type: ApiKeyDto })
  @ApiNotFoundResponse({ description: 'Unknown, or of somebody else.' })
  async get(@Req() request: GatewayRequest, @Param('id') id: string): Promise<ApiKeyDto> {
    return toApiKeyDto(await this.service.get(callerOf(request), id), this.clock.now());
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
    await this.service.revoke(callerOf(request), id);
  }
}
