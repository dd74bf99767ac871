import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** The proxy dies as soon as our end of the pipe closes, so that nothing outlives a test run that is killed. */
const GUARD = '"$@" </dev/null & server=$!; cat >/dev/null; kill -KILL $server; wait $server';
const START_DEADLINE_MS = 60_000;

/** The program of the virtual environment that `npm run test:litellm` makes; undefined without one. */
export function programWithLiteLlm(name: 'litellm' | 'python'): string | undefined {
  const folder = process.env['TEST_LITELLM'];
  return folder ? join(folder, 'bin', name) : undefined;
}

/** `describe` for suites on a real LiteLLM proxy; where it is not installed they are skipped and reported. */
export function describeWithLiteLlm(name: string, body: () => void): void {
  if (programWithLiteLlm('litellm') !== undefined) {
    describe(name, body);
    return;
  }
  process.stderr.write(`NOT RUN: "${name}" needs LiteLLM; run it through \`npm run test:litellm\`.\n`);
  describe.skip(`${name} [not run: no LiteLLM]`, body);
}

/** A real LiteLLM proxy on the loopback interface, with a master key and models that are served by a fake vendor. */
export class LiteLlmProxy {
  readonly key = 'sk-litellm-master-key-0123456789';
  private readonly folder = mkdtempSync(join(tmpdir(), 'mm-litellm-'));
  private child: ChildProcess | undefined;
  private port = 0;
  private log = '';

  private constructor(private readonly vendorUrl: string) {}

  /** Resolves when the proxy answers. `models` are the names it serves, each with the model it asks the vendor for. */
  static async start(
    vendorUrl: string,
    models: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<LiteLlmProxy> {
    const proxy = new LiteLlmProxy(vendorUrl);
    proxy.configure(models);
    await proxy.launch();
    return proxy;
  }

  /** What belongs into `LITELLM_BASE_URL`. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Everything it printed. */
  get output(): string {
    return this.log;
  }

  /** Ends the proxy without a farewell, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined) return;
    const exited = once(child, 'close');
    child.stdin?.end();
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** JSON is YAML. */
  private configure(models: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
    const configuration = {
      model_list: Object.entries(models).map(([name, parameters]) => ({
        model_name: name,
        litellm_params: { api_base: this.vendorUrl, api_key: 'sk-behind-the-proxy', ...parameters },
      })),
      general_settings: { master_key: this.key },
      // Its own repetition is on, so that it shows when ours is not respected.
      litellm_settings: { telemetry: false, num_retries: 2 },
      // Every test sees its own failure, not the pause that follows the one before.
      router_settings: { disable_cooldowns: true, enable_pre_call_checks: true },
    };
    writeFileSync(join(this.folder, 'config.yaml'), JSON.stringify(configuration), { mode: 0o600 });
  }

  /** Starts the proxy, for a second time too, on the port it had before. */
  async launch(): Promise<void> {
    this.port ||= await freePort();
    const args = ['--config', 'config.yaml', '--host', '127.0.0.1', '--port', String(this.port)];
    const program = programWithLiteLlm('litellm') ?? 'litellm';
    const child = spawn('/bin/sh', ['-c', GUARD, 'sh', program, ...args], {
      cwd: this.folder,
      // Nothing of this machine's environment, and no look at the network: prices come with the package.
      env: {
        PATH: '/usr/bin:/bin',
        HOME: this.folder,
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        LITELLM_TELEMETRY: 'False',
        NO_PROXY: '*',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (this.log += part.toString()));
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`LiteLLM ended with ${child.exitCode}: ${this.log}`);
      const { status } = await fetch(`http://127.0.0.1:${this.port}/health/liveliness`);
      if (status !== 200) throw new Error(`LiteLLM is not ready: ${this.log}`);
    }, START_DEADLINE_MS).catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
  }
}
