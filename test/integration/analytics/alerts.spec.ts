import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { AlertDesk } from '../../../src/analytics/alerts/alert-desk';
import { AlertRepository } from '../../../src/analytics/alerts/alert.repository';
import { AlertsConfig } from '../../../src/analytics/alerts/alerts.config';
import { configuredChannels } from '../../../src/analytics/alerts/configured-channels';
import { LedgerAlerts } from '../../../src/analytics/alerts/ledger-alerts';
import { ServiceAlerts } from '../../../src/analytics/alerts/service-alerts';
import { SystemClock } from '../../../src/common/clock';
import { newId } from '../../../src/common/ids';
import { DeadLetterRepository } from '../../../src/cost/ledger/dead-letter.repository';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import type { AlertEvent } from '../../../src/platform/alerts/alert-event';
import { loadConfig, type RawSettings } from '../../../src/platform/config/load-config';
import { HttpClient } from '../../../src/platform/http/http-client';
import { HttpClientConfig } from '../../../src/platform/http/http-client.config';
import { silentMetrics, usageRow } from '../../support/cost-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';
import { SmtpServer } from '../../support/smtp-server';

interface Post {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The services behind Slack, PagerDuty and a webhook, as one HTTP server. */
class Receiver {
  readonly posts: Post[] = [];
  status = 200;
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      this.posts.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(this.status).end();
    });
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  to(path: string): readonly Post[] {
    return this.posts.filter((post) => post.path === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const SECRET = 'webhook-secret-0123456789';
const ROUTING_KEY = 'routing-key-0123456789';

function alert(changes: Partial<AlertEvent> = {}): AlertEvent {
  return {
    id: newId('evt'),
    organizationId: 'org_1',
    kind: 'security',
    severity: 'critical',
    dedupeKey: newId('evt'),
    summary: 'Something <happened> & more',
    facts: { reason: 'test' },
    at: new Date().toISOString(),
    ...changes,
  };
}

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let receiver: Receiver;
  let smtp: SmtpServer;
  let address: string;
  let smtpUrl: string;
  const signal = new AbortController().signal;
  const http = new HttpClient(loadConfig([HttpClientConfig], {}).get(HttpClientConfig));

  beforeAll(async () => {
    database = await open();
  }, 180_000);
  afterAll(async () => {
    await http.onApplicationShutdown();
    await database.close();
  });
  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    receiver = new Receiver();
    smtp = new SmtpServer();
    [address, smtpUrl] = await Promise.all([receiver.start(), smtp.start()]);
    await query(
      'TRUNCATE alert_event, alert_delivery, budget_alert, usage_record, request_record, rollup_key, ledger_dead_letter',
    );
    await query('TRUNCATE usage_rollup_hour, usage_rollup_day, rollup_zone');
  });
  afterEach(() => Promise.all([receiver.stop(), smtp.stop()]));

  const query = <T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
    database.dataSource.query<T[]>(sql, values);

  const configOf = (settings: RawSettings): AlertsConfig =>
    loadConfig([AlertsConfig], settings).get(AlertsConfig);
  const everywhere = (): RawSettings => ({
    ALERT_EMAIL_TO: 'ops@example.com,finance@example.com',
    SMTP_URL: smtpUrl,
    ALERT_SLACK_WEBHOOK_URL: `${address}/slack`,
    ALERT_PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
    ALERT_PAGERDUTY_URL: `${address}/pagerduty`,
    ALERT_WEBHOOK_URL: `${address}/hook`,
    ALERT_WEBHOOK_SECRET: SECRET,
  });

  function desk(settings: RawSettings = everywhere()): { desk: AlertDesk; alerts: AlertRepository } {
    const config = configOf(settings);
    const alerts = new AlertRepository(database.dataSource);
    const channels = configuredChannels(config, http, new SystemClock());
    return { desk: new AlertDesk(alerts, channels, config, silentMetrics()), alerts };
  }

  const deliveries = (): Promise<Record<string, unknown>[]> =>
    query('SELECT channel, status, attempts, last_error FROM alert_delivery ORDER BY channel');

  it('delivers an alert once on every channel, each in its own form', async () => {
    const { desk: ours } = desk();
    const told = alert();

    await ours.take([told, { ...told, id: newId('evt') }]);
    await ours.run(signal);
    await ours.run(signal);

    expect(smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]?.to).toEqual(['<ops@example.com>', '<finance@example.com>']);
    expect(smtp.mails[0]?.data).toContain('reason: test');
    const [slack] = receiver.to('/slack');
    expect(JSON.parse(slack?.body ?? '')).toEqual({
      text: ':rotating_light: Something &lt;happened&gt; &amp; more (org_1)',
    });
    const [page] = receiver.to('/pagerduty');
    expect(JSON.parse(page?.body ?? '')).toMatchObject({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: `org_1/${told.dedupeKey}`,
      payload: {
        severity: 'critical',
        source: 'modelmuxer',
        summary: told.summary,
        custom_details: { reason: 'test' },
      },
    });
    expect(receiver.posts).toHaveLength(3);
    expect(await deliveries()).toEqual(
      ['email', 'pagerduty', 'slack', 'webhook'].map((channel) => ({
        channel,
        status: 'delivered',
        attempts: 1,
        last_error: null,
      })),
    );
  });

  it('signs what it sends to a webhook together with the time of sending', async () => {
    const { desk: ours } = desk({ ALERT_WEBHOOK_URL: `${address}/hook`, ALERT_WEBHOOK_SECRET: SECRET });
    const told = alert();
    await ours.take([told]);
    await ours.run(signal);

    const [post] = receiver.to('/hook');
    const timestamp = String(post?.headers['x-modelmuxer-timestamp']);
    const expected = createHmac('sha256', SECRET)
      .update(`${timestamp}.${post?.body ?? ''}`)
      .digest('hex');
    expect(post?.headers['x-modelmuxer-signature']).toBe(`v1=${expected}`);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(JSON.parse(post?.body ?? '')).toMatchObject({
      id: told.id,
      organization_id: 'org_1',
      kind: 'security',
    });
  });

  it('pages nobody for what is less than critical', async () => {
    const { desk: ours } = desk();
    await ours.take([alert({ severity: 'warning' })]);
    await ours.run(signal);

    expect(receiver.to('/pagerduty')).toEqual([]);
    expect(receiver.to('/slack')).toHaveLength(1);
  });

  it('tries again with growing pauses, gives up in the end, and can be told to send once more', async () => {
    const { desk: ours, alerts } = desk({ ...everywhere(), ALERT_DELIVERY_ATTEMPTS: '3' });
    receiver.status = 500;
    smtp.isRefusing = true;
    const told = alert();
    await ours.take([told]);

    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      await ours.run(signal);
      const [row] = await query<{ pause: number }>(
        "SELECT extract(epoch FROM next_attempt_at - now())::float AS pause FROM alert_delivery WHERE channel = 'webhook'",
      );
      pauses.push(row?.pause ?? 0);
      await ours.run(signal);
      await query('UPDATE alert_delivery SET next_attempt_at = now()');
    }

    expect(receiver.to('/hook')).toHaveLength(3);
    for (const [i, seconds] of [5, 10].entries())
      expect(Math.abs((pauses[i] ?? 0) - seconds)).toBeLessThan(3);
    expect(await deliveries()).toEqual(
      ['email', 'pagerduty', 'slack', 'webhook'].map((channel): unknown =>
        expect.objectContaining({ channel, status: 'dead', attempts: 3 }),
      ),
    );
    expect((await deliveries()).filter(({ last_error }) => last_error === 'answered 500')).toHaveLength(3);

    receiver.status = 204;
    smtp.isRefusing = false;
    await expect(alerts.retry('org_1', told.id)).resolves.toBe(4);
    await expect(alerts.retry('org_2', told.id)).resolves.toBeUndefined();
    await ours.run(signal);
    expect((await deliveries()).every(({ status }) => status === 'delivered')).toBe(true);
    const [listed] = await alerts.list('org_1', 10, undefined);
    expect(listed).toMatchObject({ id: told.id, summary: told.summary });
    await expect(alerts.list('org_2', 10, undefined)).resolves.toEqual([]);
  });

  it('delivers once although several workers look for what is due', async () => {
    const workers = Array.from({ length: 4 }, () => desk().desk);
    await Promise.all(workers.map((worker) => worker.take([alert({ dedupeKey: 'same' })])));

    await Promise.all(workers.map((worker) => worker.run(signal)));

    expect(receiver.to('/slack')).toHaveLength(1);
    expect(smtp.mails).toHaveLength(1);
  });

  it('refuses to start with a channel that is configured by half', () => {
    expect(() => desk({ ALERT_WEBHOOK_URL: `${address}/hook` })).toThrow('ALERT_WEBHOOK_SECRET');
    expect(() => desk({ ALERT_EMAIL_TO: 'a@example.com' })).toThrow('SMTP_URL');
  });

  it('tells of error rates, slow calls and providers that answer nobody, once per period', async () => {
    const ledger = new LedgerRepository(database.dataSource);
    const now = Date.now();
    const calls = (count: number, changes: Partial<UsageRow>): UsageRow[] =>
      Array.from({ length: count }, (_, i) => usageRow(changes, now - 60_000 + i));
    await ledger.append([
      ...calls(30, { organization_id: 'org_fine', latency_ms: 100 }),
      ...calls(1, { organization_id: 'org_fine', status: 'error' }),
      ...calls(28, { organization_id: 'org_errors', latency_ms: 100 }),
      ...calls(2, { organization_id: 'org_errors', status: 'error' }),
      ...calls(25, { organization_id: 'org_slow', latency_ms: 3_000 }),
      ...calls(25, { organization_id: 'org_slowest', latency_ms: 11_000 }),
      ...calls(40, { organization_id: 'org_outage', provider: 'fine', latency_ms: 5 }),
      ...calls(20, { organization_id: 'org_outage', provider: 'down', status: 'error' }),
      ...calls(5, { organization_id: 'org_few', status: 'error' }),
      ...calls(30, { organization_id: 'org_left', status: 'aborted' }),
    ]);
    const watch = new ServiceAlerts(database.dataSource, desk({}).desk, configOf({}), new SystemClock());

    await watch.run();
    await watch.run();

    const told = await query<Record<string, string>>(
      'SELECT organization_id, kind, severity FROM alert_event ORDER BY organization_id, kind',
    );
    expect(told.map((row) => Object.values(row).join(' '))).toEqual([
      'org_errors error_rate warning',
      'org_outage error_rate warning',
      'org_outage provider_outage critical',
      'org_slow latency warning',
      'org_slowest latency critical',
    ]);
  });

  it('tells of calls above their worst case once per stretch of time, and of rows the ledger refused', async () => {
    const ledger = new LedgerRepository(database.dataSource);
    const letters = new DeadLetterRepository(database.dataSource);
    const now = Date.now();
    const over = { cost_nano_usd: '150', held_nano_usd: '100', cost_source: 'exact' } as const;
    await ledger.append([
      usageRow({ ...over, organization_id: 'org_over' }, now - 1_000),
      usageRow({ ...over, organization_id: 'org_over' }, now - 2_000),
      usageRow({ ...over, organization_id: 'org_exact', held_nano_usd: '150' }, now - 1_000),
    ]);
    await letters.keep('usage', [
      { id: 'att_x', payload: { organization_id: 'org_dead', user_id: 'usr_1' }, reason: '22003 too large' },
    ]);
    // A stretch so long that the test does not cross its end.
    const settings = { ALERT_REPEAT_MINUTES: '1440' };
    const watch = new LedgerAlerts(database.dataSource, desk({}).desk, configOf(settings), new SystemClock());

    await watch.run();
    await watch.run();

    const told = await query<{ organization_id: string; kind: string; facts: Record<string, unknown> }>(
      'SELECT organization_id, kind, facts FROM alert_event ORDER BY organization_id',
    );
    expect(told.map(({ organization_id, kind }) => [organization_id, kind])).toEqual([
      ['org_dead', 'dead_letters'],
      ['org_over', 'overrun'],
    ]);
    expect(told[0]?.facts).toEqual({ topic: 'usage', rows: 1 });
    expect(told[1]?.facts).toMatchObject({ calls: 2, over_nano_usd: '100' });
  });
}

describe('alerts on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('alerts on PostgreSQL', () => {
  guarantees(openPostgres);
});
