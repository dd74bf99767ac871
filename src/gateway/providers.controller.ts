import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../access/gateway-request';
import { RequirePermission } from '../access/require-permission.decorator';
import { ApiErrors } from './dto/api-errors.decorator';
import { ProviderListDto } from './dto/provider.dto';
import { ModelDirectory } from './model-directory';

/** The configured vendors and how they are doing. */
@ApiTags('Models')
@Controller(['v1/providers', 'providers'])
export class ProvidersController {
  constructor(private readonly directory: ModelDirectory) {}

  @Get()
  @RequirePermission('models:read')
  @ApiOperation({ summary: 'Providers with their models, health and latency' })
  @ApiOkResponse({ type: ProviderListDto })
  @ApiErrors(401, 403, 429)
  list(@Req() request: GatewayRequest): ProviderListDto {
    return { providers: this.directory.providersOf(callerOf(request)) };
  }
}
