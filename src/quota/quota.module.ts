import { Module } from '@nestjs/common';
import { Clock } from '../common/clock';
import { RedisConnection } from '../platform/redis/redis-connection';
import { RedisModule } from '../platform/redis/redis.module';
import { ReplicasModule } from '../platform/replicas/replicas.module';
import { CallerRates } from './caller-rates';
import { GlobalTokenQuota } from './global-token-quota';
import { InProcessQuotaStore } from './in-process-quota-store';
import { QuotaStore } from './quota-store';
import { RateLimiter } from './rate-limiter';
import { RateShares } from './rate-shares';
import { RedisQuotaStore } from './redis-quota-store';

/** Budgets and rate limits: shared through Redis when one is configured, of this process alone otherwise. */
@Module({
  imports: [RedisModule, ReplicasModule],
  providers: [
    {
      provide: QuotaStore,
      inject: [Clock, CallerRates, RedisConnection],
      useFactory: (clock: Clock, rates: CallerRates, redis: RedisConnection | undefined): QuotaStore => {
        const store =
          redis === undefined
            ? new InProcessQuotaStore(clock)
            : new RedisQuotaStore({ client: redis.commands, keyPrefix: redis.keyPrefix, clock });
        const global = rates.globalLines('tokens');
        return global.length === 0 ? store : new GlobalTokenQuota(store, global);
      },
    },
    CallerRates,
    RateShares,
    RateLimiter,
  ],
  exports: [QuotaStore, CallerRates, RateLimiter, RateShares],
})
export class QuotaModule {}
