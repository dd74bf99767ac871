import { Module } from '@nestjs/common';
import { RedisConfig } from './redis.config';
import { RedisConnection } from './redis-connection';

/** How long a start waits for Redis; without it the process starts all the same and reports not ready. */
const START_WAIT_MS = 3_000;

/** Offers a RedisConnection, or undefined when no Redis is configured: inject it into factories only. */
@Module({
  providers: [
    {
      provide: RedisConnection,
      inject: [RedisConfig],
      useFactory: async (config: RedisConfig): Promise<RedisConnection | undefined> => {
        if (config.address === undefined) return undefined;
        const connection = new RedisConnection(config, config.address);
        await connection.waitUntilReady(START_WAIT_MS);
        return connection;
      },
    },
  ],
  exports: [RedisConnection],
})
export class RedisModule {}
