import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { DatabaseServer } from '../database/database-server';
import { RedisConnection } from '../redis/redis-connection';
import { RedisModule } from '../redis/redis.module';
import { JobQueues } from './job-queues';
import { QUEUE_NAMES } from './jobs';
import { QueueBackend } from './queue-backend';
import { QueueConfig } from './queue.config';

const backend = {
  provide: QueueBackend,
  inject: [RedisConnection, DatabaseServer],
  useFactory: (redis: RedisConnection | undefined, database: DatabaseServer): Promise<QueueBackend> =>
    QueueBackend.create(redis, database),
};

const jobQueues = {
  provide: JobQueues,
  inject: [QueueConfig, ...QUEUE_NAMES.map((name) => getQueueToken(name))],
  useFactory: (config: QueueConfig, ...queues: Queue[]): JobQueues => new JobQueues(config, queues),
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
    BullModule.registerQueue(...QUEUE_NAMES.map((name) => ({ name }))),
  ],
  providers: [jobQueues],
  exports: [JobQueues, QueueBackendModule],
})
export class QueueModule {}
