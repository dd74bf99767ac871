import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { readJsonBody } from '../../platform/http/json-body-reader';
import { ServerConfig } from '../../platform/http/server.config';
import { DecisionsConfig } from '../decisions.config';

/** Reads an uploaded router, which is larger than other bodies of management routes, once the caller is known and allowed. */
@Injectable()
export class RouterBodyInterceptor implements NestInterceptor {
  constructor(
    private readonly config: DecisionsConfig,
    private readonly server: ServerConfig,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const { value } = await readJsonBody(request, {
      limitBytes: Math.min(this.config.maxRouterBytes, this.server.maxBodyBytes),
      timeoutMs: this.server.bodyTimeoutMs,
    });
    request.body = value;
    return next.handle();
  }
}
