import { Controller, HttpCode, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequirePermission } from '../access/require-permission.decorator';
import { clientGoneSignal } from './client-gone-signal';
import { ApiErrors } from './dto/api-errors.decorator';
import { EmbeddingListDto } from './dto/embedding-list.dto';
import { EmbeddingRequestDto } from './dto/embedding-request.dto';
import { ROUTING_HEADERS } from './dto/routing-headers';
import { EmbeddingBodyInterceptor } from './embedding-body.interceptor';
import { readyEmbeddingOf, type EmbeddingGatewayRequest } from './embedding-gateway-request';
import { EmbeddingPolicyInterceptor } from './embedding-policy.interceptor';
import { replyWithVectors } from './embedding-reply';
import { EmbeddingService } from './embedding.service';

/** OpenAI's embeddings endpoint: policed, budgeted and booked like a chat. */
@ApiTags('Models')
@Controller('v1/embeddings')
@UseInterceptors(EmbeddingBodyInterceptor, EmbeddingPolicyInterceptor)
export class EmbeddingsController {
  constructor(private readonly embeddings: EmbeddingService) {}

  @Post()
  @HttpCode(200)
  @RequirePermission('chat:invoke')
  @ApiOperation({
    summary: 'Turn texts into vectors',
    description:
      'OpenAI-compatible. A named model is honoured; without one (or with `auto`) the cheapest embedding model answers that suits the request and that you may use. Only other providers of the very same model stand in for a failing one.',
  })
  @ApiHeader(ROUTING_HEADERS.maxBudget)
  @ApiHeader(ROUTING_HEADERS.requestId)
  @ApiBody({ type: EmbeddingRequestDto })
  @ApiResponse({ status: 200, description: 'One vector per input, in their order.', type: EmbeddingListDto })
  @ApiErrors(400, 401, 402, 403, 404, 413, 415, 429, 502, 503, 504)
  async create(@Req() request: EmbeddingGatewayRequest, @Res() response: Response): Promise<void> {
    const embedding = readyEmbeddingOf(request);
    const admitted = await this.embeddings.admit(request, embedding, clientGoneSignal(response));
    try {
      replyWithVectors({ request, response, admitted }, await this.embeddings.embed(admitted));
    } finally {
      this.embeddings.finish(admitted);
    }
  }
}
