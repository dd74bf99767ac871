import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { AppClient } from './app-client';
import { eventually } from './eventually';
import { freePort } from './free-port';
import type { Installation } from './installation';

const ROOT = resolve(__dirname, '../..');
/** Lets Node run the sources. */
const HOOK = join(ROOT, 'src/platform/database/embedded/typescript-worker.cjs');

/** Much for a start, because tests share their machine. */
const START_LIMIT_MS = 90_000;

/** `main.ts` in a process of its own, for what cannot be seen from inside: signals and exit codes. */
export class ServiceProcess extends AppClient {
  private constructor(
    readonly port: number,
    key: string,
    private readonly child: ChildProcess,
    private readonly exited: Promise<number | null>,
  ) {
    super(`http://127.0.0.1:${port}`, key);
  }

  /** Resolves when the process is ready for traffic. */
  static async start(
    installation: Pick<Installation, 'settings' | 'dataDir' | 'adminKey'>,
  ): Promise<ServiceProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, ['--require', HOOK, join(ROOT, 'src/main.ts')], {
      cwd: installation.dataDir,
      env: { ...installation.settings, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (output += part.toString()));
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const service = new ServiceProcess(port, installation.adminKey, child, exited);
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}: ${output}`);
      if ((await fetch(`${service.url}/health/ready`)).status !== 200) throw new Error('not ready');
    }, START_LIMIT_MS).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    return service;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** The exit code; null when a signal ended the process. */
  exitCode(): Promise<number | null> {
    return this.exited;
  }
}
