import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { eventually } from './eventually';
import type { Installation } from './installation';

const ROOT = resolve(__dirname, '../..');
/** Lets Node run the sources. */
const HOOK = join(ROOT, 'src/platform/database/embedded/typescript-worker.cjs');
const START_LIMIT_MS = 90_000;

/** `worker.ts` in a process of its own, for tests that take away from it what it is connected to. */
export class WorkerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it works. */
  static async start({ settings, dataDir }: Installation): Promise<WorkerProcess> {
    const child = spawn(process.execPath, ['--require', HOOK, join(ROOT, 'src/worker.ts')], {
      cwd: dataDir,
      env: { ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (output += part.toString()));
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${output}`);
      expect(output).toContain('worker is ready');
    }, START_LIMIT_MS).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    return new WorkerProcess(child);
  }

  async kill(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    if (this.child.exitCode === null && this.child.signalCode === null) await gone;
  }
}
