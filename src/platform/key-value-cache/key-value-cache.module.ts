import { Module } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { RedisConnection } from '../redis/redis-connection';
import { RedisModule } from '../redis/redis.module';
import { InProcessKeyValueCache } from './in-process-key-value-cache';
import { KeyValueCache } from './key-value-cache';
import { KeyValueCacheConfig } from './key-value-cache.config';
import { RedisKeyValueCache } from './redis-key-value-cache';

/** The cache all replicas share in Redis, or one in the memory of the only process. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: KeyValueCache,
      inject: [KeyValueCacheConfig, Clock, RedisConnection],
      useFactory: (
        config: KeyValueCacheConfig,
        clock: Clock,
        redis: RedisConnection | undefined,
      ): KeyValueCache =>
        redis === undefined
          ? new InProcessKeyValueCache(
              { maxBytes: config.maxMegabytes * 2 ** 20, maxEntries: config.maxEntries },
              clock,
            )
          : new RedisKeyValueCache(redis.commands, redis.keyPrefix),
    },
  ],
  exports: [KeyValueCache],
})
export class KeyValueCacheModule {}
