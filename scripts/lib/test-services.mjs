import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './install.mjs';
import { findLiteLlm } from './test-litellm.mjs';
import { startPostgres } from './test-postgres.mjs';
import { startRedis } from './test-redis.mjs';

const cacheFolder = join(root, '.cache', 'services');
const requireInstalled = createRequire(join(root, 'package.json'));

/**
 * A real PostgreSQL and Redis: those named by TEST_DATABASE_URL and TEST_REDIS_URL (they must answer), otherwise
 * throw-away ones. Each is `{ url, version, origin }`, or `{ failure }` when this machine can have none; `stop`
 * ends what was started. LiteLLM is `{ folder, version, origin }` where it was installed before, else `{ failure }`: to
 * install it takes a command of its own.
 */
export async function provideServices() {
  const started = [];
  const stop = async () => {
    await Promise.all(started.map((service) => service.stop()));
  };
  const [postgres, redis] = await Promise.all([
    provide(started, process.env.TEST_DATABASE_URL, postgresAt, startPostgres),
    provide(started, process.env.TEST_REDIS_URL, redisAt, startRedis),
  ]);
  const fatal = [postgres, redis].find((service) => service.fatal);
  if (fatal !== undefined) {
    await stop();
    throw new Error(fatal.failure);
  }
  return { postgres, redis, litellm: findLiteLlm(cacheFolder), stop };
}

/** A server named by the environment is used and must answer; otherwise one is started, if it can be. */
async function provide(started, url, connect, start) {
  if (url) {
    try {
      return { url, version: await connect(url), origin: 'given by environment' };
    } catch (error) {
      return { fatal: true, failure: `The given test server does not answer: ${error.message}` };
    }
  }
  const service = await start(cacheFolder);
  if (service.stop !== undefined) started.push(service);
  return service;
}

async function postgresAt(url) {
  const { Client } = requireInstalled('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query('SHOW server_version');
    return rows[0].server_version.split(' ')[0];
  } finally {
    await client.end();
  }
}

async function redisAt(url) {
  const { Redis } = requireInstalled('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
  } finally {
    client.disconnect();
  }
}
