import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { RefusalAudit } from './gateway/refusal-audit';
import { NestLogger } from './platform/logging/nest-logger';
import { configureExpress } from './platform/http/configure-express';
import { VERSION } from './platform/lifecycle/version';
import { RequestTelemetry } from './telemetry/request-telemetry';
import { Tracing } from './telemetry/tracing';

/** Options of `NestFactory.create` that {@link configureApp} relies on. */
export const APP_OPTIONS = { bodyParser: false, bufferLogs: true } as const;

/** Everything that turns the module into the running service; `main.ts` and the tests share it. */
export function configureApp(app: NestExpressApplication): void {
  app.useLogger(app.get(NestLogger));
  configureExpress(app, {
    sampleTrace: app.get(Tracing).isSampled,
    observe: app.get(RequestTelemetry).middleware,
  });
  app.use(app.get(RefusalAudit).middleware);
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'ModelMuxer API',
    swaggerOptions: { persistAuthorization: true, tagsSorter: 'alpha' },
  });
}

/**
 * The OpenAPI description of all routes; also committed as `docs/openapi/openapi.yaml`.
 * @public used by `scripts/generate.mjs` through the build
 */
export function createOpenApiDocument(app: NestExpressApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('ModelMuxer')
    .setDescription(
      'One OpenAI-compatible endpoint in front of many LLM vendors: routed, policed, budgeted, and booked to the nano-dollar.',
    )
    .setVersion(VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key (`mm_…`) or a JWT.' }, 'bearer')
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'An API key (`mm_…`).' },
      'api-key',
    )
    .build();
  return SwaggerModule.createDocument(app, config);
}
