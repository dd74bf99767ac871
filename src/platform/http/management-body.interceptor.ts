import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { AppError } from '../../common/app-error';
import { isJsonObject, type JsonObject } from '../../common/json';
import { HTTP_ERRORS } from './http.errors';
import { readJsonBody } from './json-body-reader';
import { ServerConfig } from './server.config';

const MANAGEMENT_LIMIT_BYTES = 1_000_000;

/** Reads the body of a management route after the guards have let the caller in; no body counts as `{}`. */
@Injectable()
export class ManagementBodyInterceptor implements NestInterceptor {
  constructor(private readonly config: ServerConfig) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.method !== 'GET' && request.method !== 'HEAD') request.body = await this.readBody(request);
    return next.handle();
  }

  private async readBody(request: Request): Promise<JsonObject> {
    if (!hasBody(request)) return {};
    const { value } = await readJsonBody(request, {
      limitBytes: Math.min(MANAGEMENT_LIMIT_BYTES, this.config.maxBodyBytes),
      timeoutMs: this.config.bodyTimeoutMs,
    });
    if (!isJsonObject(value)) {
      throw new AppError(HTTP_ERRORS.validation, { public: 'The body must be a JSON object' });
    }
    return value;
  }
}

function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}
