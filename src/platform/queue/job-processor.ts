import type { JobPayloads, QueueName } from './jobs';

/** Handles the jobs of one queue. Jobs are delivered at least once: processing must be idempotent. */
export interface JobProcessor<Name extends QueueName = QueueName> {
  readonly queue: Name;
  /** Rejecting makes the queue try again with back-off. */
  process(payload: JobPayloads[Name]): Promise<void>;
}

/** Token of the list of all {@link JobProcessor}s of a process that runs jobs. */
export const JOB_PROCESSORS = Symbol('JOB_PROCESSORS');
