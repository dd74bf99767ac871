import { Module } from '@nestjs/common';
import { Clock } from '../common/clock';
import { RedisConnection } from '../platform/redis/redis-connection';
import { RedisModule } from '../platform/redis/redis.module';
import { InProcessQuotaStore } from './in-process-quota-store';
import { QuotaStore } from './quota-store';
import { RedisQuotaStore } from './redis-quota-store';

/** Budgets and rate limits: shared through Redis when one is configured, of this process alone otherwise. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: QuotaStore,
      inject: [Clock, RedisConnection],
      useFactory: (clock: Clock, redis: RedisConnection | undefined): QuotaStore =>
        redis === undefined
          ? new InProcessQuotaStore(clock)
          : new RedisQuotaStore({ client: redis.commands, keyPrefix: redis.keyPrefix, clock }),
    },
  ],
  exports: [QuotaStore],
})
export class QuotaModule {}
