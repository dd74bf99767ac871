import type { NextFunction, Request, Response } from 'express';
import { AppError } from '../../common/app-error';
import { HTTP_ERRORS } from './http.errors';
import type { IpLimiter } from './ip-limiter';

/** Refuses an address that has used up its requests, before anything of the request is read. */
export function createIpLimiterMiddleware(limiter: IpLimiter) {
  return function ipLimiter(request: Request, _response: Response, next: NextFunction): void {
    const waitSeconds = limiter.take(request.ip);
    if (waitSeconds === undefined) next();
    else next(tooManyRequests(waitSeconds));
  };
}

function tooManyRequests(waitSeconds: number): AppError {
  return new AppError(HTTP_ERRORS.rateLimited, {
    public: 'Too many requests from this address',
    retryAfterSeconds: Math.max(1, waitSeconds),
  });
}
