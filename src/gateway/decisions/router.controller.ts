import { Controller, Get, HttpCode, Param, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import type { JsonObject } from '../../common/json';
import { ChatBodyInterceptor } from '../chat-body.interceptor';
import type { ChatGatewayRequest } from '../chat-gateway-request';
import { clientGoneSignal } from '../client-gone-signal';
import { ApiErrors } from '../dto/api-errors.decorator';
import { ChatCompletionRequestDto } from '../dto/chat-completion-request.dto';
import { ROUTING_HEADERS } from '../dto/routing-headers';
import { ReplayedDecisionDto, RouteExplanationDto, StoredDecisionDto } from '../dto/routing-decision.dto';
import { DecisionLookup } from './decision-lookup';
import { RouteExplainer } from './route-explainer';

/** Why a model was chosen, or would be, and the proof of it. */
@ApiTags('Routing')
@Controller('v1/router')
export class RouterController {
  constructor(
    private readonly explainer: RouteExplainer,
    private readonly lookup: DecisionLookup,
  ) {}

  @Post('explain')
  @HttpCode(200)
  @UseInterceptors(ChatBodyInterceptor)
  @RequirePermission('routing:read')
  @ApiOperation({
    summary: 'Explain how a request would be routed',
    description:
      'Takes the body and headers of a chat completion and answers with the policy outcome, the plan with its prices and the full decision record. Nothing is called, reserved, spent or stored.',
  })
  @ApiHeader(ROUTING_HEADERS.strategy)
  @ApiHeader(ROUTING_HEADERS.maxBudget)
  @ApiBody({ type: ChatCompletionRequestDto })
  @ApiOkResponse({ type: RouteExplanationDto })
  @ApiErrors(400, 401, 403, 413, 415, 429)
  explain(
    @Req() request: ChatGatewayRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JsonObject> {
    if (!request.chat) throw new Error('the explain route needs the chat body interceptor before it');
    return this.explainer.explain(request, request.chat, clientGoneSignal(response));
  }

  @Get('decisions/:id')
  @RequirePermission('routing:read')
  @ApiOperation({
    summary: 'Show a routing decision',
    description: 'Its id is in `x-route-decision-id` and `router_metadata` of the answer.',
  })
  @ApiOkResponse({ type: StoredDecisionDto })
  @ApiErrors(401, 403, 404)
  show(@Req() request: GatewayRequest, @Param('id') id: string): Promise<JsonObject> {
    return this.lookup.show(callerOf(request).organizationId, id);
  }

  @Post('decisions/:id/replay')
  @HttpCode(200)
  @RequirePermission('routing:read')
  @ApiOperation({
    summary: 'Make a routing decision again',
    description:
      'From its record alone, with the catalogue and weights of its time. `identical` says whether the result is the same, byte for byte.',
  })
  @ApiOkResponse({ type: ReplayedDecisionDto })
  @ApiErrors(401, 403, 404)
  replay(@Req() request: GatewayRequest, @Param('id') id: string): Promise<JsonObject> {
    return this.lookup.replay(callerOf(request).organizationId, id);
  }
}
