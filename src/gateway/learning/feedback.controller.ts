import { Body, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { AppError } from '../../common/app-error';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { ApiErrors } from '../dto/api-errors.decorator';
import { GATEWAY_ERRORS } from '../gateway.errors';
import { FeedbackDto, TakenFeedbackDto } from './feedback.dto';
import { FeedbackService } from './feedback.service';

/** What people think of answers; routing learns from it. */
@ApiTags('Routing')
@ManagementController('v1/feedback')
export class FeedbackController {
  constructor(private readonly service: FeedbackService) {}

  @Post()
  @RequirePermission('chat:invoke')
  @ApiOperation({
    summary: 'Say how good an answer was',
    description:
      'About own requests only; saying it again replaces what was said. The score counts for the model and the intent of the request, within the organization.',
  })
  @ApiCreatedResponse({ type: TakenFeedbackDto })
  @ApiErrors(400, 401, 403, 404)
  async take(@Req() request: GatewayRequest, @Body() body: FeedbackDto): Promise<TakenFeedbackDto> {
    const score = scoreOf(body);
    const model = await this.service.take(callerOf(request), body.request_id, score);
    return { request_id: body.request_id, score, model, comment_kept: false };
  }
}

function scoreOf({ score, rating }: FeedbackDto): number {
  if ((score === undefined) === (rating === undefined))
    throw new AppError(GATEWAY_ERRORS.validation, {
      public: 'Give either score or rating.',
      param: 'score',
    });
  return score ?? (rating === 'up' ? 1 : 0);
}
