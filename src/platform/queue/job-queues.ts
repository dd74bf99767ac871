import { Injectable } from '@nestjs/common';
import { InjectQueue } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import type { JobPayloads, QueueName } from './jobs';
import { QueueConfig } from './queue.config';

const FIRST_RETRY_MS = 500;
const KEEP_COMPLETED = { count: 1_000, age: 3_600 };

/** Adds typed jobs. A job id that is already known is not added again. */
@Injectable()
export class JobQueues {
  private readonly queues: Readonly<Record<QueueName, Queue>>;

  constructor(
    @InjectQueue('usage') usage: Queue,
    @InjectQueue('requests') requests: Queue,
    @InjectQueue('alerts') alerts: Queue,
    @InjectQueue('decision') decision: Queue,
    private readonly config: QueueConfig,
  ) {
    this.queues = { usage, requests, alerts, decision };
    // Outages are reported by the operation that fails; without a listener they would end the process.
    for (const queue of Object.values(this.queues)) queue.on('error', () => undefined);
  }

  /** Resolves when the queue has taken the job durably. */
  async add<Name extends QueueName>(name: Name, payload: JobPayloads[Name], jobId: string): Promise<void> {
    await this.queues[name].add(name, payload, {
      jobId,
      attempts: this.config.attempts,
      backoff: { type: 'exponential', delay: FIRST_RETRY_MS },
      removeOnComplete: KEEP_COMPLETED,
    });
  }
}
