import { Controller, HttpCode, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequirePermission } from '../access/require-permission.decorator';
import { clientGoneSignal } from './client-gone-signal';
import { ChatBodyInterceptor } from './chat-body.interceptor';
import { readyChatOf, type ChatGatewayRequest } from './chat-gateway-request';
import { ChatReply } from './chat-reply';
import { ChatService } from './chat.service';
import { ChatCompletionRequestDto } from './dto/chat-completion-request.dto';
import { ChatCompletionDto } from './dto/chat-completion.dto';
import { EnhancedChatCompletionDto, EnhancedChatCompletionRequestDto } from './dto/enhanced-chat.dto';
import { ApiErrors } from './dto/api-errors.decorator';
import { PolicyInterceptor } from './policy.interceptor';
import { ROUTING_HEADERS } from './dto/routing-headers';

/** OpenAI's chat endpoint: routed, policed, budgeted, booked. */
@ApiTags('Models')
@Controller('v1/chat')
@UseInterceptors(ChatBodyInterceptor, PolicyInterceptor)
export class ChatController {
  constructor(
    private readonly chat: ChatService,
    private readonly reply: ChatReply,
  ) {}

  @Post('completions')
  @HttpCode(200)
  @RequirePermission('chat:invoke')
  @ApiOperation({
    summary: 'Create a chat completion',
    description:
      'OpenAI-compatible. Leave `model` out (or use `auto`) to let the router choose; `provider/model` or a known id is honoured. With `stream: true` the answer is a stream of server-sent events that ends with `data: [DONE]`.',
  })
  @ApiHeader(ROUTING_HEADERS.strategy)
  @ApiHeader(ROUTING_HEADERS.maxBudget)
  @ApiHeader(ROUTING_HEADERS.enableCascade)
  @ApiHeader(ROUTING_HEADERS.requestId)
  @ApiHeader(ROUTING_HEADERS.routerMetadata)
  @ApiBody({ type: ChatCompletionRequestDto })
  @ApiResponse({
    status: 200,
    description: 'The answer, or the stream of its pieces.',
    type: ChatCompletionDto,
  })
  @ApiErrors(400, 401, 402, 403, 404, 413, 415, 429, 502, 503, 504)
  complete(@Req() request: ChatGatewayRequest, @Res() response: Response): Promise<void> {
    return this.answer(request, response);
  }

  @Post('completions/enhanced')
  @HttpCode(200)
  @RequirePermission('chat:invoke')
  @ApiOperation({
    summary: 'Create a chat completion and learn how it was routed',
    description:
      'The same as `/v1/chat/completions`; the answer carries `routing_metadata` beside `router_metadata`. `cascade_config` in the body rules the cascade, `X-Routing-Strategy` the objective outside it.',
  })
  @ApiHeader(ROUTING_HEADERS.strategy)
  @ApiHeader(ROUTING_HEADERS.maxBudget)
  @ApiHeader(ROUTING_HEADERS.enableCascade)
  @ApiHeader(ROUTING_HEADERS.requestId)
  @ApiHeader(ROUTING_HEADERS.routerMetadata)
  @ApiBody({ type: EnhancedChatCompletionRequestDto })
  @ApiResponse({
    status: 200,
    description: 'The answer, or the stream of its pieces.',
    type: EnhancedChatCompletionDto,
  })
  @ApiErrors(400, 401, 402, 403, 404, 413, 415, 429, 502, 503, 504)
  enhanced(@Req() request: ChatGatewayRequest, @Res() response: Response): Promise<void> {
    return this.answer(request, response);
  }

  private async answer(request: ChatGatewayRequest, response: Response): Promise<void> {
    const chat = readyChatOf(request);
    const admitted = await this.chat.admit(request, chat, clientGoneSignal(response));
    try {
      if (chat.original.stream) await this.reply.stream({ request, response, chat, admitted });
      else await this.reply.json({ request, response, chat, admitted });
    } finally {
      this.chat.finish(admitted);
    }
  }
}
