import { Body, Controller, Post, Req, SetMetadata, UseInterceptors, UsePipes } from '@nestjs/common';
import { ApiConflictResponse, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { actingOf } from '../../access/acting';
import type { GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { MANAGEMENT_ROUTE } from '../../platform/http/management-controller.decorator';
import { ManagementValidationPipe } from '../../platform/http/management-validation.pipe';
import { RouterBodyInterceptor } from './router-body.interceptor';
import { TrainedRouterDto, UploadRouterDto, toTrainedRouterDto } from './trained-router.dto';
import { TrainedRoutersService } from './trained-routers.service';

/** A management route like others, but for the size of its body. */
@ApiTags('Routing')
@Controller('v1/routers')
@SetMetadata(MANAGEMENT_ROUTE, true)
@UseInterceptors(RouterBodyInterceptor)
@UsePipes(ManagementValidationPipe)
export class RouterUploadController {
  constructor(private readonly service: TrainedRoutersService) {}

  @Post()
  @RequirePermission('routing:write')
  @ApiOperation({
    summary: 'Upload a trained router',
    description:
      'Checks the artefact and keeps it; nothing changes until it is activated. At most `ROUTER_ARTEFACT_MAX_MB`.',
  })
  @ApiCreatedResponse({ type: TrainedRouterDto })
  @ApiConflictResponse({ description: 'The organization has this router already, or too many of them.' })
  async upload(@Req() request: GatewayRequest, @Body() body: UploadRouterDto): Promise<TrainedRouterDto> {
    return toTrainedRouterDto(await this.service.upload(actingOf(request), body.name, body.artefact));
  }
}
