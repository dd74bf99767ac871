import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import { hardenServer } from './harden-server';
import { IpLimiter } from './ip-limiter';
import { createIpLimiterMiddleware } from './ip-limiter.middleware';
import { createRequestStateMiddleware, type SampleTrace } from './request-state.middleware';
import { createSecurityHeadersMiddleware } from './security-headers';
import { ServerConfig } from './server.config';

const CORS_MAX_AGE_SECONDS = 600;
const EXPOSED_HEADERS = ['x-request-id', 'x-modelmuxer-request-id', 'x-trace-id', 'retry-after'];

/** What the layers above put into the chain. */
export interface ExpressHooks {
  readonly sampleTrace: SampleTrace;
  /** Sees every request from its first to its last moment; runs right after `request.state` is made. */
  readonly observe: RequestHandler;
}

/**
 * Everything between the socket and Nest, in order: server limits, ids, address limit, browser headers.
 * The application must be created with `bodyParser: false`; call this before any other middleware and
 * before `listen`.
 */
export function configureExpress(app: NestExpressApplication, { sampleTrace, observe }: ExpressHooks): void {
  const config = app.get(ServerConfig);
  hardenServer(app.getHttpServer(), config);
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', trustProxy(config.trustProxy));
  app.use(createRequestStateMiddleware(sampleTrace, config.callerRegionHeader));
  app.use(observe);
  app.use(createIpLimiterMiddleware(app.get(IpLimiter)));
  app.use(createSecurityHeadersMiddleware());
  if (config.corsOrigins.length > 0) {
    const origin = config.corsOrigins.includes('*') ? '*' : [...config.corsOrigins];
    app.enableCors({ origin, maxAge: CORS_MAX_AGE_SECONDS, exposedHeaders: EXPOSED_HEADERS });
  }
}

/** Express' setting: a number of hops, a list of networks, or nobody. */
function trustProxy(entries: readonly string[]): number | string[] | false {
  const [first] = entries;
  if (first === undefined) return false;
  return entries.length === 1 && /^\d+$/.test(first) ? Number(first) : [...entries];
}
