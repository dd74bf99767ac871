import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { readJsonBody } from '../platform/http/json-body-reader';
import { ServerConfig } from '../platform/http/server.config';
import { RouterService } from '../routing/router.service';
import type { ChatGatewayRequest } from './chat-gateway-request';
import { parseChatPreferences } from './chat-preferences';
import { parseChatRequest } from './openai/parse-chat-request';

/** Reads the body of a chat route, now that the caller is known and allowed, and parses it exactly once. */
@Injectable()
export class ChatBodyInterceptor implements NestInterceptor {
  constructor(
    private readonly config: ServerConfig,
    private readonly router: RouterService,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<ChatGatewayRequest>();
    const body = await readJsonBody(request, {
      limitBytes: this.config.maxBodyBytes,
      timeoutMs: this.config.bodyTimeoutMs,
    });
    request.chat = {
      original: parseChatRequest(body.value),
      preferences: parseChatPreferences(request, body.value, this.router),
    };
    return next.handle();
  }
}
