import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** Model routes: called by programs, often; `x-content-type-options` from the first middleware is enough there. */
const MODEL_ROUTES = /^\/v1\/(?:chat|completions|embeddings|messages|responses|moderations|rerank|models)\b/;

/** Browser-facing headers for the documentation, the console and the management routes. */
export function createSecurityHeadersMiddleware() {
  const protect = helmet({
    // The service itself speaks plain HTTP; upgrading would break every address but localhost.
    contentSecurityPolicy: {
      directives: { 'upgrade-insecure-requests': null, 'img-src': ["'self'", 'data:'] },
    },
    xPoweredBy: false,
  });
  return function securityHeaders(request: Request, response: Response, next: NextFunction): void {
    if (MODEL_ROUTES.test(request.path)) next();
    else protect(request, response, next);
  };
}
