import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Worker } from 'bullmq';
import { JOB_PROCESSORS, type JobProcessor } from './job-processor';
import { QUEUE_NAMES, type JobPayloads, type QueueName } from './jobs';
import { QueueBackend } from './queue-backend';
import { QueueConfig } from './queue.config';

/** A worker that lost its store looks for it again after this long. */
const RECONNECT_MS = 1_000;
const FIRST_RETRY_MS = 500;
/** Jobs that fail because the database is away are done soon after it is back. */
const LONGEST_RETRY_MS = 30_000;
/** How long running jobs may take to finish at a stop. */
const CLOSE_LIMIT_MS = 10_000;

/** Runs the jobs of every queue in this process. Refuses to start when a queue has no processor, or two. */
@Injectable()
export class JobWorkers implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(JobWorkers.name);
  private workers: readonly Worker[] = [];

  constructor(
    @Inject(JOB_PROCESSORS) private readonly processors: readonly JobProcessor[],
    private readonly backend: QueueBackend,
    private readonly config: QueueConfig,
  ) {}

  onModuleInit(): void {
    assertComplete(this.processors);
    this.workers = this.processors.map((processor) => this.start(processor));
  }

  async onApplicationShutdown(): Promise<void> {
    const closed = Promise.all(this.workers.map((worker) => worker.close())).then(() => true);
    // Without its store a worker waits for ever; what it had in hand is done again by another one.
    if (await Promise.race([closed, sleep(CLOSE_LIMIT_MS, false, { ref: false })])) return;
    for (const worker of this.workers) void worker.disconnect().catch(() => undefined);
  }

  private start(processor: JobProcessor): Worker {
    const worker = new Worker<JobPayloads[QueueName]>(processor.queue, (job) => processor.process(job.data), {
      ...this.backend.options(),
      concurrency: this.config.concurrency,
      runRetryDelay: RECONNECT_MS,
      settings: { backoffStrategy: retryDelay },
    });
    worker.on('error', (error) => this.logger.warn(`Queue ${processor.queue}: ${error.message}`));
    worker.on('failed', (job, error) => {
      this.logger.error(
        `Job ${job?.id ?? '?'} of ${processor.queue} failed (attempt ${job?.attemptsMade ?? 0}): ${error.message}`,
      );
    });
    return worker;
  }
}

/** Grows with every attempt, from 1, up to a limit. */
function retryDelay(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
}

function assertComplete(processors: readonly JobProcessor[]): void {
  const problems = QUEUE_NAMES.map((name) => ({ name, count: countOf(processors, name) }))
    .filter(({ count }) => count !== 1)
    .map(({ name, count }) => `queue "${name}" has ${count} processors instead of one`);
  if (problems.length > 0) throw new Error(`The job registry is not complete: ${problems.join('; ')}`);
}

function countOf(processors: readonly JobProcessor[], name: string): number {
  return processors.filter((processor) => processor.queue === name).length;
}
