import type { Queue } from 'bullmq';
import { OUTBOX_QUEUES, type JobPayloads, type QueueName } from './jobs';
import type { QueueConfig } from './queue.config';

const KEEP_COMPLETED = { count: 1_000, age: 3_600 };

/** Adds typed jobs. A job id that is already known is not added again. */
export class JobQueues {
  private readonly queues: ReadonlyMap<string, Queue>;

  constructor(
    private readonly config: QueueConfig,
    queues: readonly Queue[],
  ) {
    this.queues = new Map(queues.map((queue) => [queue.name, queue]));
    // Outages are reported by the operation that fails; without a listener they would end the process.
    for (const queue of queues) queue.on('error', () => undefined);
  }

  /** Resolves when the queue has taken the job durably. */
  async add<Name extends QueueName>(name: Name, payload: JobPayloads[Name], jobId: string): Promise<void> {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`there is no queue "${name}"`);
    await queue.add(name, payload, {
      jobId,
      attempts: this.config.attempts,
      // How long is for the workers to say.
      backoff: { type: 'custom' },
      removeOnComplete: KEEP_COMPLETED,
      // The outbox has the lines still and brings them again, which it cannot while their job is known.
      removeOnFail: OUTBOX_QUEUES.has(name),
    });
  }
}
