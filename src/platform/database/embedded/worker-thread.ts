import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../threads/start-worker';
import { EmbeddedDatabaseError } from './embedded-database.errors';
import type { WorkerReply, WorkerRequest, WorkerTask } from './worker-messages';

/**
 * Deeply nested JSON or SQL makes PostgreSQL recurse; with this much stack its own depth limit answers with an error
 * before the engine breaks. Node's default of 4 MB is not enough.
 */
const stackSizeMb = 64;

/** The database thread as seen from the application: requests out, replies in. */
export class WorkerThread {
  private readonly worker: Worker;
  /** Settles once the engine is of no use any more, with the reason; the thread may still be on its way out. */
  readonly failure: Promise<EmbeddedDatabaseError>;
  private readonly exited: Promise<void>;

  constructor(task: WorkerTask) {
    this.worker = startDatabase(task);
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', () => resolve());
    });
    this.failure = new Promise((resolve) => {
      this.worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'failed') resolve(new EmbeddedDatabaseError(reply.code, reply.message));
      });
      this.worker.once('error', (cause) => resolve(stopped(cause)));
      this.worker.once('exit', () => resolve(stopped()));
    });
  }

  request(request: WorkerRequest): void {
    this.worker.postMessage(request);
  }

  /** The next reply of this kind; rejects when the thread ends instead. */
  async reply<Kind extends WorkerReply['kind']>(kind: Kind): Promise<Extract<WorkerReply, { kind: Kind }>> {
    type Wanted = Extract<WorkerReply, { kind: Kind }>;
    const isWanted = (reply: WorkerReply): reply is Wanted => reply.kind === kind;
    let listener: ((reply: WorkerReply) => void) | undefined;
    const wanted = new Promise<Wanted>((resolve) => {
      listener = (reply) => {
        if (isWanted(reply)) resolve(reply);
      };
      this.worker.on('message', listener);
    });
    const failure = this.failure.then((error) => Promise.reject(error));
    try {
      return await Promise.race([wanted, failure]);
    } finally {
      if (listener !== undefined) this.worker.off('message', listener);
    }
  }

  /** Resolves when the thread and its files are closed; ends it by force after the limit. */
  async ended(limitMs: number): Promise<void> {
    const timer = setTimeout(() => void this.worker.terminate(), limitMs);
    await this.exited;
    clearTimeout(timer);
  }
}

function startDatabase(task: WorkerTask): Worker {
  return startWorker(join(__dirname, 'embedded-database.worker'), {
    workerData: task,
    resourceLimits: { stackSizeMb },
  });
}

const stopped = (cause?: unknown): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError('stopped', 'the embedded database stopped', { cause });
