import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiKeyAuthenticator } from '../../src/auth/api-key-authenticator';
import { startApi } from '../../src/boot';
import { CONFIG_CLASSES } from '../../src/config-classes';
import { counterName, currentWindow } from '../../src/cost/budgets/budget-counter';
import { ChatService } from '../../src/gateway/chat.service';
import { stopGracefully } from '../../src/graceful-stop';
import { loadConfig, type LoadedConfig, type RawSettings } from '../../src/platform/config/load-config';
import { NestLogger } from '../../src/platform/logging/nest-logger';
import { OutboxShipper } from '../../src/platform/outbox/outbox-shipper';
import { QuotaStore } from '../../src/quota/quota-store';
import { WorkerModule } from '../../src/worker.module';
import { AppClient } from './app-client';
import type { FakeVendor } from './fake-vendor/fake-vendor';
import { prepareInstallation, type Installation, type InstallationOptions, type Shape } from './installation';
import { describeWithPostgres, describeWithRedis } from './services';

/** A row of the ledger as `GET /v1/analytics/records` shows it. */
export interface LedgerRow {
  readonly attempt_id: string;
  readonly request_id: string;
  readonly started_at: string;
  readonly client_request_id: string | null;
  readonly api_key_id: string | null;
  readonly user_id: string;
  readonly provider: string;
  readonly requested_model: string | null;
  readonly resolved_model: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost: number;
  readonly cost_nano_usd: string;
  readonly held_nano_usd: string;
  readonly cost_source: string;
  readonly decision_id: string;
  readonly latency_ms: number | null;
  readonly cost_bounds: { readonly least_nano_usd: string; readonly most_nano_usd: string } | null;
}

export interface KeyOptions extends Readonly<Record<string, unknown>> {
  readonly name?: string;
}

const FLUSH_DEADLINE_MS = 15_000;

/**
 * The real application in the test's process, started as `main.ts` starts it and pointed at a fake vendor. Every
 * app has its own data: a folder, or a database and a Redis database. Settings never come from the environment.
 */
export class TestApp extends AppClient {
  private nextUserIndex = 0;

  constructor(
    readonly app: NestExpressApplication,
    private readonly installation: Installation,
    private readonly onStop: () => Promise<void>,
  ) {
    super(`http://127.0.0.1:${portOf(app)}`, installation.adminKey);
  }

  get vendor(): FakeVendor {
    return this.installation.vendor;
  }

  get dataDir(): string {
    return this.installation.dataDir;
  }

  get port(): number {
    return portOf(this.app);
  }

  get adminKey(): string {
    return this.installation.adminKey;
  }

  /** The key of a developer who has not been used before, and so has spent nothing. */
  newUser(): string {
    const key = this.installation.userKeys[this.nextUserIndex++];
    if (key === undefined) throw new Error('an app has no more users');
    return key;
  }

  /** Makes an API key through the API, by default as the administrator. */
  async createKey(options: KeyOptions = {}, makerKey = this.adminKey): Promise<{ id: string; key: string }> {
    const answer = await this.post('/v1/api-keys', { name: 'test', ...options }, { key: makerKey });
    if (answer.status !== 201) throw new Error(`no key: ${answer.status} ${answer.text}`);
    return answer.body as { id: string; key: string };
  }

  /** Ledger rows, newest first, once everything that has happened so far is booked. */
  async ledgerRows(filter: Readonly<Record<string, string>> = {}): Promise<readonly LedgerRow[]> {
    await this.settled();
    const query = new URLSearchParams({ limit: '1000', ...filter });
    const answer = await this.get(`/v1/analytics/records?${query.toString()}`);
    if (answer.status !== 200) throw new Error(`no records: ${answer.status} ${answer.text}`);
    return answer.body['data'] as readonly LedgerRow[];
  }

  /** The ledger rows of one answered request. */
  rowsOf(answer: { readonly headers: Headers }): Promise<readonly LedgerRow[]> {
    return this.ledgerRows({ request_id: answer.headers.get('x-modelmuxer-request-id') ?? 'none' });
  }

  /** Resolves when every request that is over is settled and in the ledger. */
  async settled(): Promise<void> {
    await this.app.get(ChatService).drained();
    if (!(await this.app.get(OutboxShipper).flush(FLUSH_DEADLINE_MS)))
      throw new Error('the outbox did not empty');
  }

  /** What the owner of a key has spent today and what is reserved for running requests, as the counters have it. */
  async spendingOf(key: string): Promise<{ spent: bigint; held: bigint }> {
    const outcome = await this.app.get(ApiKeyAuthenticator).authenticate(key, '127.0.0.1');
    if (outcome.kind !== 'authenticated') throw new Error(`the key is ${outcome.kind}`);
    const { caller } = outcome;
    const scope = { level: 'user', id: caller.userId } as const;
    const dates = currentWindow('daily', Date.now(), caller.timeZone);
    const daily = counterName({ scope, window: 'daily', provider: null, model: null }, dates);
    const counters = await this.app.get(QuotaStore).readCounters(caller.organizationId, [daily]);
    const [state] = counters;
    return {
      spent: state?.spentNanoUsd ?? 0n,
      held: state === undefined ? 0n : state.heldNanoUsd - state.leasedNanoUsd,
    };
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics/prometheus`)).text();
  }

  /** Everything logged so far. */
  logText(): string {
    const { logFile } = this.installation;
    return existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  }

  stop(): Promise<void> {
    return this.onStop();
  }
}

/** Starts the application in one of the two deployment shapes, on storage of its own. */
export async function createApp(options: InstallationOptions = {}): Promise<TestApp> {
  const installation = await prepareInstallation(options);
  try {
    return await startOn(installation, () => installation.remove());
  } catch (error) {
    await installation.remove();
    throw error;
  }
}

/** Starts the application, and in the services shape a worker, on an installation that may have been used before. */
export async function startOn(
  installation: Installation,
  afterStop: () => Promise<void> = () => Promise.resolve(),
): Promise<TestApp> {
  const config = loadConfig(CONFIG_CLASSES, installation.settings);
  const worker = installation.shape === 'services' ? await startWorker(config) : undefined;
  try {
    return await startReplica(installation, {}, async () => {
      // Only now: the API waits for the ledger when it stops, and the worker is what fills it.
      await worker?.close();
      await afterStop();
    });
  } catch (error) {
    await worker?.close();
    throw error;
  }
}

/** Starts the API alone, beside what runs on the installation already; `settings` are those in which it differs. */
export async function startReplica(
  installation: Installation,
  settings: RawSettings = {},
  afterStop: () => Promise<void> = () => Promise.resolve(),
): Promise<TestApp> {
  const app = await startApi(loadConfig(CONFIG_CLASSES, { ...installation.settings, ...settings }));
  return new TestApp(app, installation, async () => {
    await stopGracefully(app);
    await afterStop();
  });
}

/** The worker process of the services shape, inside this process. */
export async function startWorker(config: LoadedConfig): Promise<INestApplicationContext> {
  const worker = await NestFactory.createApplicationContext(WorkerModule.forRoot(config), {
    bufferLogs: true,
    abortOnError: false,
  });
  worker.useLogger(worker.get(NestLogger));
  return worker;
}

/** Declares the same tests for both shapes; the one with real servers is skipped, and reported, where there are none. */
export function describeInBothShapes(name: string, body: (shape: Shape) => void): void {
  describe(`${name} (embedded shape)`, () => body('embedded'));
  describeWithPostgres(`${name} (services shape)`, () => {
    describeWithRedis('with Redis', () => body('services'));
  });
}

function portOf(app: NestExpressApplication): number {
  return (app.getHttpServer().address() as AddressInfo).port;
}
