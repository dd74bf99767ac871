import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { DatabaseServer } from '../database/database-server';
import { RedisConnection } from '../redis/redis-connection';
import { RedisModule } from '../redis/redis.module';
import { JobQueues } from './job-queues';
import { QueueBackend } from './queue-backend';

const backend = {
  provide: QueueBackend,
  inject: [RedisConnection, DatabaseServer],
  useFactory: (redis: RedisConnection | undefined, database: DatabaseServer): Promise<QueueBackend> =>
    QueueBackend.create(redis, database),
};

@Module({ imports: [RedisModule], providers: [backend], exports: [QueueBackend] })
class QueueBackendModule {}

/** The queues, for producers. Processes that also run jobs add JobWorkers and the processors. */
@Module({
  imports: [
    QueueBackendModule,
    BullModule.forRootAsync({
      imports: [QueueBackendModule],
      inject: [QueueBackend],
      useFactory: (queueBackend: QueueBackend) => queueBackend.options(),
    }),
    BullModule.registerQueue(
      { name: 'usage' },
      { name: 'requests' },
      { name: 'alerts' },
      { name: 'decision' },
    ),
  ],
  providers: [JobQueues],
  exports: [JobQueues, QueueBackendModule],
})
export class QueueModule {}
