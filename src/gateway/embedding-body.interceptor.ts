import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { readJsonBody } from '../platform/http/json-body-reader';
import { ServerConfig } from '../platform/http/server.config';
import { RouterService } from '../routing/router.service';
import { parseChatPreferences } from './chat-preferences';
import type { EmbeddingGatewayRequest } from './embedding-gateway-request';
import { parseEmbeddingRequest } from './openai/parse-embedding-request';

/** Reads the body of the embeddings route, now that the caller is known and allowed, and parses it exactly once. */
@Injectable()
export class EmbeddingBodyInterceptor implements NestInterceptor {
  constructor(
    private readonly config: ServerConfig,
    private readonly router: RouterService,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<EmbeddingGatewayRequest>();
    const body = await readJsonBody(request, {
      limitBytes: this.config.maxBodyBytes,
      timeoutMs: this.config.bodyTimeoutMs,
    });
    request.embedding = {
      original: parseEmbeddingRequest(body.value),
      preferences: parseChatPreferences(request, body.value, this.router),
    };
    return next.handle();
  }
}
