import type { Secret } from '../config/secret';
import { Setting } from '../config/setting';
import { choice, integer, secret, text, type SettingType } from '../config/setting-types';
import { redisAddress, type RedisAddress } from './redis-address';

const KEY_PREFIX = /^[A-Za-z0-9_.-]{1,40}$/;

export class RedisConfig {
  static readonly section = 'Redis';

  @Setting({
    env: 'REDIS_URL',
    type: redisAddress(),
    secret: true,
    example: 'redis://:password@redis.internal:6379/0',
    describe:
      'Redis for budgets, rate limits, queue, cache and messages between replicas (maxmemory-policy must be noeviction). Unset: one process keeps all of it itself. Several hosts separated by commas are cluster seeds or sentinels; rediss:// encrypts.',
    unsafeInProduction: (value) =>
      value === undefined ? 'is not set, but replicas share budgets and limits through Redis' : undefined,
  })
  readonly address: RedisAddress | undefined;

  @Setting({
    env: 'REDIS_MODE',
    type: choice(['single', 'cluster', 'sentinel']),
    default: 'single',
    describe: 'What the hosts of REDIS_URL are: one server, seeds of a Redis Cluster, or sentinels.',
  })
  readonly mode: 'single' | 'cluster' | 'sentinel';

  @Setting({
    env: 'REDIS_SENTINEL_NAME',
    type: text(),
    default: 'mymaster',
    describe: 'Name of the watched master (REDIS_MODE=sentinel).',
  })
  readonly sentinelName: string;

  @Setting({
    env: 'REDIS_SENTINEL_PASSWORD',
    type: secret(),
    secret: true,
    describe: 'Password of the sentinels themselves, when they have one.',
  })
  readonly sentinelPassword: Secret | undefined;

  @Setting({
    env: 'REDIS_TLS_CA_FILE',
    type: text(),
    describe: 'PEM file with the certificate authority of a rediss:// server. Unset: the system store.',
  })
  readonly tlsCaFile: string | undefined;

  @Setting({
    env: 'REDIS_TLS_CERT_FILE',
    type: text(),
    describe: 'PEM file with the client certificate, for servers that ask for one.',
  })
  readonly tlsCertFile: string | undefined;

  @Setting({
    env: 'REDIS_TLS_KEY_FILE',
    type: text(),
    describe: 'PEM file with the key of the client certificate.',
  })
  readonly tlsKeyFile: string | undefined;

  @Setting({
    env: 'REDIS_COMMAND_TIMEOUT_MS',
    type: integer({ min: 50, max: 60_000 }),
    default: 1_000,
    describe: 'Longest wait for one answer of Redis; then the request fails with 503 instead of hanging.',
  })
  readonly commandTimeoutMs: number;

  @Setting({
    env: 'REDIS_KEY_PREFIX',
    type: keyPrefix(),
    default: 'modelmuxer',
    describe:
      'First part of every key and channel. Braces are refused: they would put all keys on one cluster node.',
  })
  readonly keyPrefix: string;
}

function keyPrefix(): SettingType<string> {
  return {
    label: 'letters, digits, _ . -',
    parse(value) {
      if (!KEY_PREFIX.test(value)) throw new Error('expected 1–40 letters, digits or _ . -');
      return value;
    },
    format: (value) => value,
  };
}
