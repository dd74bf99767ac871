import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { AppError } from '../common/app-error';
import { AliasDirectory } from './alias-directory';
import { ApiErrors } from './dto/api-errors.decorator';
import { ModelDto, ModelListDto } from './dto/model.dto';
import { GATEWAY_ERRORS } from './gateway.errors';
import { ModelDirectory } from './model-directory';

/** The models a caller may use, in OpenAI's form with prices and capabilities beside. */
@ApiTags('Models')
@Controller('v1/models')
export class ModelsController {
  constructor(
    private readonly directory: ModelDirectory,
    private readonly aliases: AliasDirectory,
  ) {}

  @Get()
  @RequirePermission('models:read')
  @ApiOperation({
    summary: 'List the models you may use',
    description:
      "`auto` stands for the choice of the router. The organization's own names (`/v1/model-aliases`) are at the end.",
  })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors(401, 403, 429)
  async list(@Req() request: GatewayRequest): Promise<ModelListDto> {
    const caller = callerOf(request);
    const aliases = await this.aliases.list(caller);
    return { object: 'list', data: [...this.directory.modelsOf(caller), ...aliases] };
  }

  /** Ids may contain slashes (`provider/model`), which the wildcard keeps. */
  @Get('*id')
  @RequirePermission('models:read')
  @ApiOperation({ summary: 'One model' })
  @ApiParam({ name: 'id', example: 'demo/demo-small' })
  @ApiOkResponse({ type: ModelDto })
  @ApiErrors(401, 403, 404, 429)
  async get(@Req() request: GatewayRequest, @Param('id') id: string | string[]): Promise<ModelDto> {
    const name = Array.isArray(id) ? id.join('/') : id;
    const caller = callerOf(request);
    const model = this.directory.findModel(caller, name) ?? (await this.aliases.find(caller, name));
    if (model) return model;
    throw new AppError(GATEWAY_ERRORS.modelNotFound, {
      public: 'The model does not exist or you do not have access to it',
      param: 'model',
    });
  }
}
