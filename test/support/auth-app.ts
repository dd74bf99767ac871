import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Req, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { callerOf, type GatewayRequest } from '../../src/access/gateway-request';
import { Public } from '../../src/access/public.decorator';
import { RequirePermission } from '../../src/access/require-permission.decorator';
import { AuthConfig } from '../../src/auth/auth.config';
import { AuthModule } from '../../src/auth/auth.module';
import { AuthenticationGuard } from '../../src/auth/authentication.guard';
import { BootstrapKey } from '../../src/auth/bootstrap-key';
import { SessionConfig } from '../../src/auth/session/session.config';
import { SsoConfig } from '../../src/auth/sso/sso.config';
import { PermissionsGuard } from '../../src/auth/permissions.guard';
import { ConfigModule } from '../../src/platform/config/config.module';
import { DataDirectoryConfig } from '../../src/platform/config/data-directory.config';
import { loadConfig } from '../../src/platform/config/load-config';
import { DatabaseConfig } from '../../src/platform/database/database.config';
import { DatabaseModule } from '../../src/platform/database/database.module';
import { configureExpress } from '../../src/platform/http/configure-express';
import { HttpClientConfig } from '../../src/platform/http/http-client.config';
import { HttpServerModule } from '../../src/platform/http/http-server.module';
import { ServerConfig } from '../../src/platform/http/server.config';
import { RedisConfig } from '../../src/platform/redis/redis.config';
import { SecurityWatchConfig } from '../../src/tenancy/security/security-watch.config';
import { TenancyConfig } from '../../src/tenancy/tenancy.config';
import { useMigratedDatabase } from './embedded-template';
import { RecordedAuditModule } from './recorded-audit-log';

const CONFIG_CLASSES = [
  AuthConfig,
  SessionConfig,
  SsoConfig,
  TenancyConfig,
  SecurityWatchConfig,
  DatabaseConfig,
  DataDirectoryConfig,
  ServerConfig,
  HttpClientConfig,
  RedisConfig,
];

/** Tells who the caller is, and has one route per kind of protection. */
@Controller('probe')
class ProbeController {
  @Get()
  @RequirePermission('models:read')
  whoAmI(@Req() request: GatewayRequest): unknown {
    const caller = callerOf(request);
    return { ...caller, permissions: [...caller.permissions], limits: Object.keys(caller.limits) };
  }

  @Get('admin')
  @RequirePermission('system:admin')
  administrate(): unknown {
    return { ok: true };
  }

  @Get('public')
  @Public()
  greet(): unknown {
    return { ok: true };
  }
}

export interface AuthApp {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly dataDir: string;
  /** The administrator's key; embedded shape, first start only. */
  readonly adminKey: string | undefined;
  stop(): Promise<void>;
}

export interface AuthAppOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Kept when given; otherwise a folder of its own that goes with the app. */
  readonly dataDir?: string;
  readonly controllers?: readonly Type[];
  /** A free one when left out. */
  readonly port?: number;
}

/** The authentication part of the service, with a real database, on a port of its own. */
export async function startAuthApp(options: AuthAppOptions = {}): Promise<AuthApp> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'mm-auth-'));
  if (options.dataDir === undefined && options.settings?.['DATABASE_URL'] === undefined)
    await useMigratedDatabase(dataDir);
  const config = loadConfig(CONFIG_CLASSES, { MODELMUXER_DATA_DIR: dataDir, ...options.settings });
  const testing = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(CONFIG_CLASSES, config),
      DatabaseModule,
      RecordedAuditModule,
      HttpServerModule,
      AuthModule,
    ],
    controllers: [ProbeController, ...(options.controllers ?? [])],
    providers: [
      { provide: APP_GUARD, useExisting: AuthenticationGuard },
      { provide: APP_GUARD, useExisting: PermissionsGuard },
    ],
  }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: ['fatal'] });
  await listen(app, options.port ?? 0);
  const state = app.get(BootstrapKey).take();
  return {
    app,
    url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    dataDir,
    adminKey: state.kind === 'created' ? state.key : undefined,
    async stop() {
      await app.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A start that fails takes its database down with it, as the end of the process would. */
async function listen(app: NestExpressApplication, port: number): Promise<void> {
  configureExpress(app, { sampleTrace: () => false, observe: (_request, _response, next) => next() });
  try {
    await app.listen(port, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look at loosely typed answers.
  readonly body: Record<string, unknown> & {
    readonly error?: { readonly code: string; readonly message: string };
  };
}

/** One request with a bearer token (none when undefined) and an optional JSON body. */
export async function call(
  url: string,
  token: string | undefined,
  request: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...request.headers,
    },
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
  };
}
