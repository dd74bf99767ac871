import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../common/app-error';
import { ProviderError } from '../../llm/provider-error';
import { asDatabaseOutage } from '../database/database-outage';
import { describeError } from '../logging/describe-error';
import { allowedMethods } from './allowed-methods';
import { ClientGone } from './client-gone';
import { drainRequest } from './drain-request';
import type { ErrorAnswer } from './error-envelope';
import { fromHttpException } from './from-http-exception';
import { HTTP_ERRORS } from './http.errors';
import { IpLimiter } from './ip-limiter';
import { factsOf } from './request-facts';
import { ServerConfig } from './server.config';
import { toErrorEnvelope } from './to-error-envelope';

/**
 * The one exception filter: every failure leaves as OpenAI's envelope. Once the headers are out it
 * can only cut the connection, so a stream writer reports its late errors itself.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('http.error');

  constructor(
    private readonly config: ServerConfig,
    private readonly ipLimiter: IpLimiter,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (thrown instanceof ClientGone || response.destroyed) {
      response.destroy();
      return;
    }
    const facts = factsOf(request);
    const error = translate(thrown, request);
    const answer = toErrorEnvelope(error, facts?.requestId);
    if (facts) {
      facts.errorCode = answer.body.error.code;
      if (error instanceof AppError) facts.error = error;
    }
    if (answer.status === 401) this.ipLimiter.penalise(request.ip);
    this.log(thrown, answer, request);
    if (response.headersSent) response.destroy();
    else this.send(answer, { error, request, response });
  }

  private send(
    answer: ErrorAnswer,
    { error, request, response }: { error: unknown; request: Request; response: Response },
  ): void {
    for (const [name, value] of Object.entries(answer.headers)) {
      // A guard may have said more than the envelope knows (the challenge of a 401).
      if (!response.hasHeader(name)) response.setHeader(name, value);
    }
    const allow = error instanceof AppError ? error.details?.['allow'] : undefined;
    if (answer.status === 405 && Array.isArray(allow)) response.setHeader('allow', allow.join(', '));
    response.status(answer.status).json(answer.body);
    // A late body is read away for a while: the answer of a reset connection would be lost.
    drainRequest(request, { maxBytes: 4 * this.config.maxBodyBytes, timeoutMs: this.config.bodyTimeoutMs });
  }

  /** 4xx are the caller's business and show in the access line; only our own failures are explained. */
  private log(thrown: unknown, answer: ErrorAnswer, request: Request): void {
    if (answer.status < 500) return;
    const facts = factsOf(request);
    this.logger.error({
      message: 'Request failed',
      code: answer.body.error.code,
      status: answer.status,
      request_id: facts?.requestId,
      trace_id: facts?.traceId,
      error: describeError(thrown),
    });
  }
}

function translate(thrown: unknown, request: Request): unknown {
  if (thrown instanceof AppError || thrown instanceof ProviderError) return thrown;
  if (thrown instanceof HttpException) {
    return thrown.getStatus() === 404 ? unknownRoute(request) : (fromHttpException(thrown) ?? thrown);
  }
  return asDatabaseOutage(thrown) ?? thrown;
}

/** Nest reports a wrong method as an unknown route. */
function unknownRoute(request: Request): AppError {
  const allow = allowedMethods(request.app, request.path);
  if (allow.length === 0 || allow.includes(request.method)) {
    return new AppError(HTTP_ERRORS.notFound, { public: 'There is nothing at this address' });
  }
  return new AppError(HTTP_ERRORS.methodNotAllowed, {
    public: `This address takes ${allow.join(', ')} only`,
    details: { allow },
  });
}
