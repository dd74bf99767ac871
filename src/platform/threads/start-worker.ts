import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Loads TypeScript into a thread; development only. */
const TYPESCRIPT_LOADER = join(__dirname, '../database/embedded/typescript-worker.cjs');

/** What a thread starts with. */
export interface ThreadOptions extends Pick<WorkerOptions, 'resourceLimits'> {
  readonly workerData: object;
}

/** Starts a thread of ours: the compiled file, or where there is none its TypeScript. `entry` is the path without extension. */
export function startWorker(entry: string, { workerData, ...options }: ThreadOptions): Worker {
  const compiled = `${entry}.js`;
  if (existsSync(compiled)) return new Worker(compiled, { ...options, workerData });
  return new Worker(TYPESCRIPT_LOADER, {
    ...options,
    workerData: { ...workerData, typescriptEntry: `${entry}.ts` },
  });
}
