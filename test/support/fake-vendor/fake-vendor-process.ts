import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A call as a vendor in another process tells it; the fast one tells the attempt id only. */
export interface ToldCall {
  readonly attemptId?: string;
}

/** A fake vendor in a process of its own: it outlives a gateway that is killed, and takes no time from one that is measured. */
export class FakeVendorProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly baseUrl: string,
  ) {}

  static async start(options: { readonly fast?: boolean } = {}): Promise<FakeVendorProcess> {
    const child = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--import',
        join(__dirname, 'ts-resolve.mjs'),
        join(__dirname, 'main.ts'),
        ...(options.fast === true ? ['--fast'] : []),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new FakeVendorProcess(child, line.toString('utf8').trim());
  }

  async calls(): Promise<readonly ToldCall[]> {
    const response = await fetch(`${new URL(this.baseUrl).origin}/__calls`);
    const told = (await response.json()) as { readonly calls: readonly ToldCall[] };
    return told.calls;
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, 'exit');
  }
}
