import { Module } from '@nestjs/common';
import { RedisConnection } from '../redis/redis-connection';
import { RedisModule } from '../redis/redis.module';
import { InProcessPubSub } from './in-process-pub-sub';
import { PubSub } from './pub-sub';
import { RedisPubSub } from './redis-pub-sub';

/** Messages to all replicas through Redis, or within the only process without one. */
@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: PubSub,
      inject: [RedisConnection],
      useFactory: (redis: RedisConnection | undefined): PubSub =>
        redis === undefined ? new InProcessPubSub() : new RedisPubSub(redis),
    },
  ],
  exports: [PubSub],
})
export class PubSubModule {}
