import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** Model routes: called by programs, often; `x-content-type-options` from the first middleware is enough there. */
const MODEL_ROUTES = /^\/v1\/(?:chat|completions|embeddings|messages|responses|moderations|rerank|models)\b/;

/** Browser-facing headers for the documentation, the console and the management routes. */
export function createSecurityHeadersMiddleware() {
  const protect = helmet({
    // The service itself speaks plain HTTP; upgrading would break every address but localhost.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'script-src-attr': ["'none'"],
        // Swagger UI sets styles from its own scripts.
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    xPoweredBy: false,
  });
  return function securityHeaders(request: Request, response: Response, next: NextFunction): void {
    if (MODEL_ROUTES.test(request.path)) next();
    else protect(request, response, next);
  };
}
