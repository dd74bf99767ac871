import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule } from '../../src/platform/config/config.module';
import { loadConfig } from '../../src/platform/config/load-config';
import { InProcessKeyValueCache } from '../../src/platform/key-value-cache/in-process-key-value-cache';
import { KeyValueCache } from '../../src/platform/key-value-cache/key-value-cache';
import { KeyValueCacheConfig } from '../../src/platform/key-value-cache/key-value-cache.config';
import { KeyValueCacheModule } from '../../src/platform/key-value-cache/key-value-cache.module';
import { RedisKeyValueCache } from '../../src/platform/key-value-cache/redis-key-value-cache';
import { InProcessPubSub } from '../../src/platform/pub-sub/in-process-pub-sub';
import { PubSub } from '../../src/platform/pub-sub/pub-sub';
import { PubSubModule } from '../../src/platform/pub-sub/pub-sub.module';
import { RedisPubSub } from '../../src/platform/pub-sub/redis-pub-sub';
import { RedisConfig } from '../../src/platform/redis/redis.config';
import { InProcessQuotaStore } from '../../src/quota/in-process-quota-store';
import { QuotaModule } from '../../src/quota/quota.module';
import { RateLimitsConfig } from '../../src/quota/rate-limits.config';
import { QuotaStore } from '../../src/quota/quota-store';
import { RedisQuotaStore } from '../../src/quota/redis-quota-store';
import { MetricsService } from '../../src/telemetry/metrics.service';
import { silentMetrics } from '../support/cost-kit';
import { describeWithRedis, requireRedisUrl } from '../support/services';

const classes = [RateLimitsConfig, RedisConfig, KeyValueCacheConfig];

/** In the place of the module that is global in the service. */
@Module({})
class Metrics {}

async function start(redisUrl: string | undefined): Promise<TestingModule> {
  const config = loadConfig(classes, { REDIS_URL: redisUrl });
  const metrics = {
    module: Metrics,
    global: true,
    providers: [{ provide: MetricsService, useValue: silentMetrics() }],
    exports: [MetricsService],
  };
  const modules = [
    ConfigModule.forRoot(classes, config),
    metrics,
    QuotaModule,
    PubSubModule,
    KeyValueCacheModule,
  ];
  const app = await Test.createTestingModule({ imports: modules }).compile();
  return app.init();
}

describe('without REDIS_URL', () => {
  it('quota, messages and cache live in the process, which starts and stops without Redis', async () => {
    const app = await start(undefined);

    expect(app.get(QuotaStore)).toBeInstanceOf(InProcessQuotaStore);
    expect(app.get(PubSub)).toBeInstanceOf(InProcessPubSub);
    expect(app.get(KeyValueCache)).toBeInstanceOf(InProcessKeyValueCache);
    await app.close();
  });
});

describeWithRedis('with REDIS_URL', () => {
  it('quota, messages and cache are shared, work right after the start, and let go of Redis at the end', async () => {
    const app = await start(requireRedisUrl());

    expect(app.get(QuotaStore)).toBeInstanceOf(RedisQuotaStore);
    expect(app.get(PubSub)).toBeInstanceOf(RedisPubSub);
    expect(app.get(KeyValueCache)).toBeInstanceOf(RedisKeyValueCache);
    await expect(app.get(QuotaStore).readCounters('org_nobody', ['c'])).resolves.toHaveLength(1);
    await app.close();
    await expect(app.get(QuotaStore).readCounters('org_nobody', ['c'])).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('starts although Redis is away', async () => {
    const app = await start('redis://127.0.0.1:1');

    await expect(app.get(QuotaStore).readCounters('org_nobody', ['c'])).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await app.close();
  });
});
