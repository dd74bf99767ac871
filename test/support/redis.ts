import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisConfig } from '../../src/platform/redis/redis.config';
import { RedisConnection } from '../../src/platform/redis/redis-connection';
import { loadConfig, type RawSettings } from '../../src/platform/config/load-config';
import { TcpProxy } from './tcp-proxy';
import { requireRedisUrl } from './services';

/** A connection to the test Redis under a key prefix of its own, so that suites never meet. */
export function connectTestRedis(settings: RawSettings = {}): Promise<RedisConnection> {
  return connectRedis({ REDIS_URL: requireRedisUrl(), ...settings });
}

/** A connection by settings as an operator gives them, under a key prefix of its own. */
export async function connectRedis(settings: RawSettings): Promise<RedisConnection> {
  const config = loadConfig([RedisConfig], {
    REDIS_KEY_PREFIX: `test-${randomBytes(6).toString('hex')}`,
    ...settings,
  }).get(RedisConfig);
  if (config.address === undefined) throw new Error('REDIS_URL was not read');
  const connection = new RedisConnection(config, config.address);
  await connection.waitUntilReady(5_000);
  return connection;
}

/** Like {@link connectTestRedis}, through a proxy that can freeze or cut the line. */
export async function connectThroughProxy(
  settings: RawSettings = {},
): Promise<{ connection: RedisConnection; proxy: TcpProxy }> {
  const url = new URL(requireRedisUrl());
  const proxy = new TcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(await proxy.start());
  return { proxy, connection: await connectTestRedis({ REDIS_URL: url.toString(), ...settings }) };
}

/** Removes everything under the prefix of a connection: what a flush does, without touching other suites. */
export async function forgetEverything(connection: RedisConnection): Promise<void> {
  const admin = new Redis(requireRedisUrl());
  try {
    const keys = await admin.keys(`${connection.keyPrefix}:*`);
    if (keys.length > 0) await admin.del(...keys);
  } finally {
    admin.disconnect();
  }
}
