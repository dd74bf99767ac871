import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Body,
  Controller,
  Get,
  Global,
  HttpCode,
  Injectable,
  Logger,
  Module,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  type CanActivate,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';
import type { Response } from 'express';

import type { GatewayRequest } from '../../../src/access/gateway-request';
import { AppError } from '../../../src/common/app-error';
import { HealthModule } from '../../../src/health/health.module';
import { ProviderError, type ProviderErrorKind } from '../../../src/llm/provider-error';
import { ConfigModule } from '../../../src/platform/config/config.module';
import { loadConfig } from '../../../src/platform/config/load-config';
import { configureExpress } from '../../../src/platform/http/configure-express';
import { HttpServerModule } from '../../../src/platform/http/http-server.module';
import { readJsonBody } from '../../../src/platform/http/json-body-reader';
import { ManagementController } from '../../../src/platform/http/management-controller.decorator';
import { ServerConfig } from '../../../src/platform/http/server.config';
import type { HealthCheck, HealthCheckResult } from '../../../src/platform/lifecycle/health-check';
import { LifecycleModule } from '../../../src/platform/lifecycle/lifecycle.module';
import { LoggingConfig } from '../../../src/platform/logging/logging.config';
import { LoggingModule } from '../../../src/platform/logging/logging.module';
import { NestLogger } from '../../../src/platform/logging/nest-logger';
import { RequestTelemetry } from '../../../src/telemetry/request-telemetry';
import { TelemetryConfig } from '../../../src/telemetry/telemetry.config';
import { TelemetryInterceptor } from '../../../src/telemetry/telemetry.interceptor';
import { TelemetryModule } from '../../../src/telemetry/telemetry.module';
import { Tracing } from '../../../src/telemetry/tracing';
import { eventually } from '../../support/eventually';

class SampleDto {
  @IsString()
  readonly name: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  readonly amount?: number;
}

class SampleQueryDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Max(100)
  readonly limit?: number;
}

@Injectable()
class DenyGuard implements CanActivate {
  canActivate(): boolean {
    throw new AppError({ code: 'missing_api_key', category: 'authentication' }, { public: 'No key' });
  }
}

@Controller('v1')
class ModelController {
  constructor(
    private readonly config: ServerConfig,
    private readonly tracing: Tracing,
  ) {}

  @Post('chat/completions')
  @HttpCode(200)
  async chat(@Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { value, bytes } = await readJsonBody(request, {
      limitBytes: this.config.maxBodyBytes,
      timeoutMs: this.config.bodyTimeoutMs,
    });
    for (const name of ['policy.enforce', 'router.decide', 'provider.invoke'] as const) {
      const span = this.tracing.startSpan(request.state.span, name, { sample: true });
      span?.end();
    }
    response.json({
      value,
      bytes,
      traceparent: this.tracing.traceParentFor(request.state, request.state.span),
    });
  }

  @Get('models/:id')
  model(@Param('id') id: string): { id: string } {
    return { id };
  }

  @Get('stream')
  stream(@Res() response: Response): void {
    response.write('data: {}\n\n');
  }

  @Get('broken')
  broken(): never {
    throw Object.assign(new Error('select failed for canary@example.org with sk-canary-12345678'), {
      query: 'SELECT canary-query',
    });
  }

  @Get('provider-error/:kind')
  providerError(@Param('kind') kind: string): never {
    throw new ProviderError({
      provider: 'fake',
      kind: kind as ProviderErrorKind,
      message: 'own words',
      status: 418,
      param: 'temperature',
      retryAfterMs: 2_500,
      mayHaveBilled: false,
    });
  }

  @Get('secret')
  @UseGuards(DenyGuard)
  secret(): void {}
}

@ManagementController('v1/things')
class ThingController {
  @Post()
  create(@Body() body: SampleDto): SampleDto {
    return body;
  }

  @Get()
  list(@Query() query: SampleQueryDto): { limit: number | undefined } {
    return { limit: query.limit };
  }
}

@Injectable()
export class SwitchableCheck implements HealthCheck {
  readonly name = 'switch';
  mode: 'ok' | 'bad' | 'throws' | 'hangs' = 'ok';
  runs = 0;

  async check(): Promise<HealthCheckResult> {
    this.runs++;
    if (this.mode === 'throws') throw new Error('connect ECONNREFUSED 10.1.2.3:5432 password=hunter2');
    if (this.mode === 'hangs') return new Promise(() => undefined);
    return { ok: this.mode === 'ok', detail: 'as told' };
  }
}

@Module({ providers: [SwitchableCheck], exports: [SwitchableCheck] })
class CheckModule {}

@Global()
@Module({})
class RootModule {}

export interface TinyApp {
  readonly app: NestExpressApplication;
  readonly port: number;
  readonly url: string;
  /** Stops the application, and with it the log. */
  close(): Promise<void>;
  logLines(): string[];
  /** All lines logged before the call, however long their writing takes. */
  settledLogLines(): Promise<string[]>;
}

const CLASSES = [ServerConfig, LoggingConfig, TelemetryConfig];

/** A small Nest application made of the platform pieces only, on a free port of 127.0.0.1. */
export async function startTinyApp(settings: Record<string, string> = {}): Promise<TinyApp> {
  const logFile = join(mkdtempSync(join(tmpdir(), 'mm-log-')), 'app.log');
  const config = loadConfig(CLASSES, {
    HOST: '127.0.0.1',
    LOG_FILE: logFile,
    LOG_FORMAT: 'json',
    BODY_TIMEOUT_MS: '300',
    ...settings,
  });
  const app = await NestFactory.create<NestExpressApplication>(
    {
      module: RootModule,
      imports: [
        ConfigModule.forRoot(CLASSES, config),
        LoggingModule,
        LifecycleModule,
        HttpServerModule,
        TelemetryModule.forRoot(config.get(TelemetryConfig)),
        HealthModule.register({ imports: [CheckModule], checks: [SwitchableCheck] }),
      ],
      controllers: [ModelController, ThingController],
    },
    { bodyParser: false, bufferLogs: true, abortOnError: false },
  );
  app.useLogger(app.get(NestLogger));
  configureExpress(app, {
    sampleTrace: app.get(Tracing).isSampled,
    observe: app.get(RequestTelemetry).middleware,
  });
  app.useGlobalInterceptors(app.get(TelemetryInterceptor));
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      app.getHttpServer().closeAllConnections();
      await app.close();
    },
    logLines: () => linesOf(logFile),
    settledLogLines: async () => {
      const marker = `marker ${randomUUID()}`;
      logAs('test', marker);
      await eventually(() => {
        if (!linesOf(logFile).some((line) => line.includes(marker)))
          throw new Error('the log is still being written');
      });
      return linesOf(logFile);
    },
  };
}

/** The file appears with the first line: lines are written together, some time after they were logged. */
function linesOf(logFile: string): string[] {
  if (!existsSync(logFile)) return [];
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Writes a line through Nest's logger, as any module would. */
export function logAs(name: string, message: unknown): void {
  new Logger(name).warn(message);
}
