import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import type { JsonObject } from '../../common/json';
import { ApiErrors } from '../dto/api-errors.decorator';
import { ThresholdsDto } from './thresholds.dto';
import { ThresholdsService } from './thresholds.service';

/** What outcomes say about the thresholds of the intent's confidence. */
@ApiTags('Routing')
@Controller('v1/router/thresholds')
export class ThresholdsController {
  constructor(private readonly service: ThresholdsService) {}

  @Get()
  @RequirePermission('routing:read')
  @ApiOperation({
    summary: 'Propose thresholds of confidence',
    description:
      'From how often each intent and tenth of confidence led to a good outcome. A proposal changes nothing: try it in an experiment, or set `INTENT_LOW_CONFIDENCE` and `INTENT_MIN_CONF_FOR_DIRECT`.',
  })
  @ApiOkResponse({ type: ThresholdsDto })
  @ApiErrors(401, 403)
  propose(@Req() request: GatewayRequest): Promise<JsonObject> {
    return this.service.propose(callerOf(request).organizationId);
  }
}
