import { AuditLog, type AuditEvent } from '../../../src/access/audit-log';
import { KeyPlaces } from '../../../src/auth/watch/key-places';
import { RefusalJournal } from '../../../src/auth/watch/refusal-journal';
import { SecurityEventRecorder } from '../../../src/auth/watch/security-event-recorder';
import { SecurityEventStore } from '../../../src/tenancy/security/security-event-store';
import type { AlertEvent } from '../../../src/platform/alerts/alert-event';
import type { JobQueues } from '../../../src/platform/queue/job-queues';
import { silentMetrics } from '../../support/cost-kit';
import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';

const START_MS = 120_000;

describe('unusual activity', () => {
  let auth: AuthApp;
  let events: AuditEvent[];
  const alerts: AlertEvent[] = [];
  let recorder: SecurityEventRecorder;

  beforeAll(async () => {
    auth = await startAuthApp({
      settings: {
        TRUST_PROXY: '1',
        SECURITY_REFUSAL_BURST: '5',
        SECURITY_COUNTRY_HEADER: 'X-Country',
        AUTH_LOCKOUT_ATTEMPTS: '100',
      },
    });
  }, START_MS);
  beforeAll(() => {
    const queues: Pick<JobQueues, 'add'> = {
      add: (_name, payload) => {
        if ('alerts' in payload) alerts.push(...payload.alerts);
        return Promise.resolve();
      },
    };
    const store = auth.app.get(SecurityEventStore, { strict: false });
    recorder = new SecurityEventRecorder(store, auth.app.get(AuditLog), silentMetrics(), queues as JobQueues);
  });
  beforeEach(() => {
    events = [];
    alerts.length = 0;
    jest.spyOn(auth.app.get(AuditLog), 'record').mockImplementation((event) => {
      events.push(event);
      return Promise.resolve();
    });
  });
  afterAll(() => auth.stop());

  async function newKey(): Promise<{ id: string; key: string }> {
    const { body } = await call(`${auth.url}/v1/api-keys`, auth.adminKey, {
      method: 'POST',
      body: { name: 'watched' },
    });
    return { id: String(body['id']), key: String(body['key']) };
  }

  const use = (key: string, address: string, country?: string): Promise<Answer> =>
    call(`${auth.url}/probe`, key, {
      headers: { 'x-forwarded-for': address, ...(country !== undefined && { 'x-country': country }) },
    });

  /** What the trail has about security after everything is written down. */
  async function recorded(): Promise<readonly AuditEvent[]> {
    await auth.app.get(KeyPlaces).flush();
    await auth.app.get(RefusalJournal).flush();
    await recorder.run();
    return events.filter(({ action }) => action.startsWith('security.'));
  }

  it('is a key from another network than ever before, told once, with both processes’ help or not', async () => {
    const { id, key } = await newKey();

    await use(key, '203.0.113.5');
    await use(key, '203.0.113.200');
    expect(await recorded()).toEqual([]);

    await use(key, '198.51.100.7');
    await use(key, '203.0.113.6');
    await use(key, '198.51.100.8');
    const found = await recorded();

    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      action: 'security.new_network',
      target: { kind: 'api_key', id },
      address: '198.51.100.7',
      details: { network: '198.51.100.0/24', known_before: 1 },
    });
    await use(key, '198.51.100.9');
    expect(await recorded()).toHaveLength(1);
  });

  it('is a key from another country, as the trusted proxy names it', async () => {
    const { id, key } = await newKey();

    await use(key, '203.0.113.5', 'de');
    await recorded();
    await use(key, '203.0.113.6', 'DE');
    await use(key, '203.0.113.7', 'BR');
    await use(key, '203.0.113.8', '<script>');

    expect(await recorded()).toMatchObject([
      { action: 'security.new_country', target: { id }, details: { country: 'BR', known_before: 1 } },
    ]);
  });

  it('is a burst of refusals of one address, told once an hour', async () => {
    for (let i = 0; i < 6; i += 1) await use(`mm_${String(i).repeat(43)}`, '192.0.2.9');
    const first = await recorded();
    for (let i = 0; i < 6; i += 1) await use(`mm_${String(i).repeat(43)}`, '192.0.2.9');
    const both = await recorded();

    expect(first).toMatchObject([
      {
        action: 'security.failed_logins',
        target: { kind: 'address', id: '192.0.2.9/32' },
        details: { refused_in_a_minute: 6 },
      },
    ]);
    expect(both).toHaveLength(1);
    expect(alerts).toMatchObject([
      { kind: 'security', severity: 'critical', facts: { refused_in_a_minute: 6 } },
    ]);
    expect(JSON.stringify(alerts)).not.toContain('192.0.2');
  });

  it('is not a few refusals, each from another address', async () => {
    for (let i = 0; i < 10; i += 1) await use(`mm_${String(i).repeat(43)}`, `192.0.${i}.1`);

    expect(await recorded()).toEqual([]);
  });

  it('is told again when the audit trail could not take it', async () => {
    const { key } = await newKey();
    await use(key, '203.0.113.5');
    await recorded();
    await use(key, '198.51.100.5');
    await auth.app.get(KeyPlaces).flush();
    jest.spyOn(auth.app.get(AuditLog), 'record').mockRejectedValueOnce(new Error('no disk'));

    await recorder.run();
    expect(events.filter(({ action }) => action.startsWith('security.'))).toEqual([]);
    expect(await recorded()).toHaveLength(1);
  });
});
