import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { AppError } from '../common/app-error';
import { ApiErrors } from './dto/api-errors.decorator';
import { ModelDto, ModelListDto } from './dto/model.dto';
import { GATEWAY_ERRORS } from './gateway.errors';
import { ModelDirectory } from './model-directory';

/** The models a caller may use, in OpenAI's form with prices and capabilities beside. */
@ApiTags('Models')
@Controller('v1/models')
export class ModelsController {
  constructor(private readonly directory: ModelDirectory) {}

  @Get()
  @RequirePermission('models:read')
  @ApiOperation({
    summary: 'List the models you may use',
    description: '`auto` stands for the choice of the router.',
  })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors(401, 403, 429)
  list(@Req() request: GatewayRequest): ModelListDto {
    return { object: 'list', data: [...this.directory.modelsOf(callerOf(request))] };
  }

  /** Ids may contain slashes (`provider/model`), which the wildcard keeps. */
  @Get('*id')
  @RequirePermission('models:read')
  @ApiOperation({ summary: 'One model' })
  @ApiParam({ name: 'id', example: 'demo/demo-small' })
  @ApiOkResponse({ type: ModelDto })
  @ApiErrors(401, 403, 404, 429)
  get(@Req() request: GatewayRequest, @Param('id') id: string | string[]): ModelDto {
    const name = Array.isArray(id) ? id.join('/') : id;
    const model = this.directory.findModel(callerOf(request), name);
    if (model) return model;
    throw new AppError(GATEWAY_ERRORS.modelNotFound, {
      public: 'The model does not exist or you do not have access to it',
      param: 'model',
    });
  }
}
