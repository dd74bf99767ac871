import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../../../src/access/audit-log';
import { Outbox } from '../../../src/platform/outbox/outbox';
import { auditEvent } from '../../support/audit-kit';
import { chatBody } from '../../support/app-client';
import { startOn, startReplica, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import type { RecordedCall } from '../../support/fake-vendor/fake-vendor';
import type { VendorScript } from '../../support/fake-vendor/vendor-script';
import { prepareInstallation, type Installation } from '../../support/installation';
import { OwnServers, type ServerName } from '../../support/own-servers';

/** Servers come back slowly, and everything is slow on a busy machine. */
export const LIMIT_MS = 120_000;
/** How long the second replica goes by keys it knows while it cannot ask. */
const SHORT_STALE_SECONDS = '1';
const EVENTS = 20;
const METERED = 'metered/exact-model';
const SLOW_PROMPT = 'answer when told';

/** Requests that are at the vendor, which answers when told. */
export interface RunningCalls {
  /** Lets the vendor answer; resolves with the statuses the clients saw. */
  finish(): Promise<readonly number[]>;
}

/** Two replicas and a worker on servers of their own, which are stopped and started under them. */
export class FaultBench {
  private readonly events = new Map<string, number>();
  private gate: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly servers: OwnServers,
    private readonly installation: Installation,
    readonly first: TestApp,
    /** Forgets early what it cannot confirm. */
    readonly second: TestApp,
  ) {
    installation.vendor.respond((call) => this.scriptFor(call));
  }

  static async start(): Promise<FaultBench> {
    const servers = await OwnServers.start();
    const installation = await prepareInstallation({
      shape: 'services',
      servers,
      settings: {
        AUTH_KEY_CACHE_TTL_MS: '500',
        BUDGET_DRIFT_SECONDS: '0',
      },
    });
    const { baseUrl } = installation.vendor;
    const model = {
      id: 'exact-model',
      context: 100_000,
      max_output: 50_000,
      price: { input: 0, output: 1 },
    };
    const settings = {
      ...installation.settings,
      EXTRA_PROVIDERS: JSON.stringify({ metered: { base_url: baseUrl, models: [model] } }),
    };
    const metered = { ...installation, settings };
    const first = await startOn(metered);
    const second = await startReplica(metered, { AUTH_STALE_SECONDS: SHORT_STALE_SECONDS });
    return new FaultBench(servers, metered, first, second);
  }

  async stop(): Promise<void> {
    await this.second.stop();
    await this.first.stop();
    await this.servers.close();
    await this.installation.remove();
  }

  /** Requests that are on their way to the vendor when the servers stop, and events that happen while they are away. */
  async lose(names: readonly ServerName[], action: string): Promise<RunningCalls> {
    await this.books();
    const running = await this.startCalls(6);
    await this.servers.halt(...names);
    await Promise.all(
      Array.from({ length: EVENTS }, () => this.first.app.get(AuditLog).record(auditEvent({ action }))),
    );
    this.events.set(action, EVENTS);
    return running;
  }

  /** Lines of the outbox that no table has taken yet. */
  get unshipped(): number {
    return this.first.app.get(Outbox).pending().unshippedOutcomes;
  }

  async ask(key: string, maxTokens: number): Promise<number> {
    const body = chatBody('hello', { model: METERED, max_tokens: maxTokens });
    return (await this.first.chat(body, { key })).status;
  }

  /** Resolves when every call the vendor saw so far has exactly one exact row, and the counters say the same. */
  async books(): Promise<void> {
    const { vendor, userKeys } = this.installation;
    // Counters that were lost are rebuilt for the next request that does not come from a lease.
    await eventually(async () => {
      expect(await this.ask(userKeys[1] ?? '', 1)).toBe(200);
      expect((await this.first.spendingOf(userKeys[1] ?? '')).spent).toBeGreaterThan(0n);
    }, LIMIT_MS / 4);
    await eventually(async () => {
      const rows = await this.first.ledgerRows();
      const booked = rows.map((row) => [row.attempt_id, row.completion_tokens, row.cost_source]);
      const billed = vendor.calls.map((call) => [call.attemptId, call.billed?.completion_tokens, 'exact']);
      expect(booked.toSorted()).toEqual(billed.toSorted());
      const user = rows.find((row) => row.resolved_model === 'gpt-4o-mini')?.user_id;
      const spent = rows
        .filter((row) => row.user_id === user)
        .reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n);
      if (user !== undefined)
        expect(await this.first.spendingOf(userKeys[0] ?? '')).toEqual({ spent, held: 0n });
    }, LIMIT_MS / 2);
  }

  /** Resolves when every event recorded so far is in the trail once, and the trail is intact. */
  async trail(): Promise<void> {
    const database = this.first.app.get<DataSource>(getDataSourceToken());
    await eventually(async () => {
      await this.first.settled();
      const rows = await database.query<{ action: string; n: number }[]>(
        'SELECT action, count(*)::int AS n FROM audit_event WHERE action = ANY($1) GROUP BY action',
        [[...this.events.keys()]],
      );
      expect(new Map(rows.map((row) => [row.action, row.n]))).toEqual(this.events);
    }, LIMIT_MS / 2);
    const report = await this.first.get('/v1/audit/verify?organization_id=org_1');
    expect(report.body).toMatchObject({ intact: true });
  }

  private async startCalls(count: number): Promise<RunningCalls> {
    const { vendor, userKeys } = this.installation;
    const before = vendor.calls.length;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.gate = promise;
    const call = { key: userKeys[0] ?? '' };
    const body = chatBody(SLOW_PROMPT, { model: 'gpt-4o-mini', max_tokens: 100 });
    const answers = Array.from({ length: count }, async (_unused, index) =>
      index % 2 === 0
        ? (await this.first.chat(body, call)).status
        : (await this.first.stream(body, call)).status,
    );
    await eventually(() => expect(vendor.calls).toHaveLength(before + count), LIMIT_MS / 4);
    return {
      finish: () => {
        resolve(undefined);
        return Promise.all(answers);
      },
    };
  }

  private scriptFor(call: RecordedCall): VendorScript {
    if (call.rawBody.includes(SLOW_PROMPT)) return { until: this.gate };
    // As much as it may be at most, so that it is known how many fit.
    return { text: 'word '.repeat(Number(call.body['max_tokens'])).trim() };
  }
}
