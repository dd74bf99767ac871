import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { BootstrapKey, type BootstrapKeyState } from './auth/bootstrap-key';
import type { LoadedConfig } from './platform/config/load-config';
import { DatabaseServer } from './platform/database/database-server';
import { ServerConfig } from './platform/http/server.config';
import { VERSION } from './platform/lifecycle/version';
import { RedisConfig } from './platform/redis/redis.config';
import { ProviderRegistry } from './providers/provider-registry';

/** The lines a person sees after the start: what runs, where to look, and a request that works when pasted. */
export function startBanner(app: NestExpressApplication, config: LoadedConfig): string {
  const { host } = config.get(ServerConfig);
  const port = listeningPort(app.getHttpServer());
  const base = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`;
  const names = app
    .get(ProviderRegistry)
    .list()
    .map(({ name }) => name);
  const key = app.get(BootstrapKey).take();
  return [
    '',
    `ModelMuxer ${VERSION} (${config.mode}) is ready`,
    `  Storage     ${storageOf(app, config)}`,
    `  Providers   ${names.join(', ')}${names.includes('demo') ? '  (demo: built-in models for trying it; set a provider key in .env for real answers)' : ''}`,
    `  Swagger UI  ${base}/docs`,
    ...keyLines(key),
    '',
    'Try it:',
    curlLine(base, key),
    '',
  ].join('\n');
}

/** The port in use, which the system chose when the configured one is 0. */
function listeningPort(server: Server): number | string {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : '';
}

function storageOf(app: NestExpressApplication, config: LoadedConfig): string {
  const hasRedis = config.get(RedisConfig).address !== undefined;
  if (app.get(DatabaseServer).shape === 'embedded') {
    return hasRedis ? 'embedded PostgreSQL, Redis' : 'embedded PostgreSQL, one process, nothing else needed';
  }
  return hasRedis
    ? 'PostgreSQL and Redis, any number of replicas'
    : 'PostgreSQL, one replica (set REDIS_URL for more)';
}

function keyLines(key: BootstrapKeyState): readonly string[] {
  if (key.kind === 'created')
    return [`  API key     ${key.key}`, `              (shown once; kept in ${key.path})`];
  if (key.kind === 'kept') return [`  API key     in ${key.path}`];
  return ['  API key     from ALLOWED_API_KEYS or POST /v1/api-keys'];
}

function curlLine(base: string, key: BootstrapKeyState): string {
  const token = {
    created: key.kind === 'created' ? key.key : '',
    kept: key.kind === 'kept' ? `$(cat ${key.path})` : '',
    none: 'YOUR_KEY',
  }[key.kind];
  return `curl -s ${base}/v1/chat/completions -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" -d '{"messages":[{"role":"user","content":"What is 2+2?"}]}'`;
}
