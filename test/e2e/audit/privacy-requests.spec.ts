import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AlertDesk } from '../../../src/analytics/alerts/alert-desk';
import { AlertRepository } from '../../../src/analytics/alerts/alert.repository';
import { AlertsConfig } from '../../../src/analytics/alerts/alerts.config';
import { BudgetAlerts } from '../../../src/analytics/alerts/budget-alerts';
import { CostConfig } from '../../../src/cost/cost.config';
import { loadConfig } from '../../../src/platform/config/load-config';
import { silentMetrics } from '../../support/cost-kit';
import { PrivacyUpkeep } from '../../../src/audit/privacy/privacy-upkeep';
import { Eraser } from '../../../src/audit/privacy/eraser';
import { ErasureRepository } from '../../../src/audit/privacy/erasure.repository';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { chatBody } from '../../support/app-client';

/** The embedded database takes its time on a busy machine. */
const START_LIMIT_MS = 90_000;
const PASSWORD = 'correct horse battery staple';

interface Person {
  readonly userId: string;
  readonly key: string;
  readonly keyId: string;
  readonly email: string;
  /** Where their key was used; nobody else's was. */
  readonly network: string;
}

describeInBothShapes('requests of data subjects', (shape) => {
  let app: TestApp;
  let organizationId: string;
  let count = 0;

  beforeAll(async () => {
    app = await createApp({ shape });
    const organizations = await sql(`SELECT id FROM organization WHERE slug = 'default'`);
    organizationId = String(organizations[0]?.['id']);
  }, START_LIMIT_MS);
  afterAll(() => app.stop());

  const sql = (text: string, values: unknown[] = []) =>
    app.app.get<DataSource>(getDataSourceToken()).query<Record<string, unknown>[]>(text, values);

  /** A member with a key who has called a model and been refused something. */
  async function livelyPerson(): Promise<Person> {
    const email = `person${++count}@example.com`;
    const member = await app.post(`/v1/organizations/${organizationId}/members`, {
      email,
      role: 'developer',
      password: PASSWORD,
    });
    expect(member.status).toBe(201);
    const userId = String(member.body['user_id'] ?? member.body['id']);
    const { id: keyId, key } = await app.createKey({ user_id: userId, permissions: ['chat:invoke'] });
    expect((await app.chat(chatBody('hello', { model: 'gpt-4o-mini' }), { key })).status).toBe(200);
    expect((await app.get('/v1/audit/events', { key })).status).toBe(403);
    await app.settled();
    const network = `203.0.${count}.0/24`;
    await alarm(userId, keyId, network);
    return { userId, key, keyId, email, network };
  }

  /** What the watches leave about somebody: an unusual key, and budgets of theirs that are used up. */
  async function alarm(userId: string, keyId: string, network: string): Promise<void> {
    await sql(
      `INSERT INTO security_event (dedupe_key, organization_id, kind, subject_kind, subject_id, address, facts)
       VALUES ($1, $2, 'unusual_spend', 'api_key', $1, $3, '{}')`,
      [keyId, organizationId, network],
    );
    const budget = { budget_type: 'daily', budget_limit: 0.0000001, mode: 'warn' };
    const scope = { level: 'user', id: userId };
    expect((await app.post('/v1/analytics/budgets', { ...budget, scope })).status).toBe(201);
    const dataSource = app.app.get<DataSource>(getDataSourceToken());
    const settings = loadConfig([AlertsConfig, CostConfig], { DEFAULT_MONTHLY_BUDGET: '0.0000001' });
    const desk = new AlertDesk(
      new AlertRepository(dataSource),
      [],
      settings.get(AlertsConfig),
      silentMetrics(),
    );
    await new BudgetAlerts(dataSource, desk, settings.get(CostConfig)).run();
    const [told] = await sql('SELECT count(*)::int AS n FROM alert_event WHERE facts::text LIKE $1', [
      `%${userId}%`,
    ]);
    expect(told?.['n']).toBeGreaterThan(4);
  }

  /** Without the erasure on its way, and without leases, which are gone a minute after the last request of the person. */
  async function wholeDatabase(): Promise<string> {
    const tables = await sql(
      `SELECT quote_ident(relname) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
       WHERE n.nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition
         AND relname NOT IN ('privacy_erasure', 'budget_lease')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const [row] = await sql(`SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM ${String(name)} t`);
      texts.push(`${String(name)}: ${String(row?.['text'])}`);
    }
    return texts.join('\n');
  }

  it('exports the account, and every row about the person, without secrets', async () => {
    const { userId, keyId, email, network } = await livelyPerson();

    const answer = await app.post('/v1/privacy/export', { user_id: userId });

    expect(answer.status).toBe(200);
    const { account, data } = answer.body as {
      account: Record<string, unknown>;
      data: Record<string, Record<string, unknown>[]>;
    };
    expect(account).toMatchObject({ id: userId, email });
    expect(data['membership']).toHaveLength(1);
    expect(data['api_key']).toMatchObject([{ id: keyId }]);
    expect(data['security_event']).toMatchObject([{ subject_id: keyId, address: network }]);
    expect(data['alert_event']?.length).toBeGreaterThan(4);
    expect(data['usage_record']).toMatchObject([{ user_id: userId, provider: 'openai' }]);
    expect(data['audit_event']?.map((event) => event['action'])).toContain('permission.deny');
    expect(answer.text).not.toMatch(/"hash"|password_hash/);
    await app.settled();
    const recorded = await app.get('/v1/audit/events?action=privacy.export&limit=1');
    expect(recorded.body['data']).toMatchObject([{ target: { kind: 'user', user_id: userId } }]);
  });

  it('exports more rows than fit into one page', async () => {
    const { userId } = await livelyPerson();
    await sql(
      `INSERT INTO usage_record SELECT (jsonb_populate_record(u, jsonb_build_object(
         'attempt_id', u.attempt_id || n))).* FROM usage_record u, generate_series(1, 2500) n WHERE user_id = $1`,
      [userId],
    );

    const answer = await app.post('/v1/privacy/export', { user_id: userId });

    const { data } = answer.body as { data: Record<string, Record<string, unknown>[]> };
    expect(new Set(data['usage_record']?.map((row) => row['attempt_id'])).size).toBe(2_501);
  });

  it('erases: no table knows the person any more, sums stay, the trail stays whole', async () => {
    const { userId, key, email, network } = await livelyPerson();
    const sums = () =>
      sql('SELECT count(*)::int AS rows, sum(cost_nano_usd)::text AS cost FROM usage_record');
    const before = await sums();
    expect(await wholeDatabase()).toContain(userId);

    const answer = await app.post('/v1/privacy/erase', { user_id: userId });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      pseudonym: expect.stringMatching(/^sub_[0-9a-f]{32}$/),
      account_deleted: true,
      erased: { api_key: 1, usage_record: 1 },
    });
    await app.settled();
    const database = await wholeDatabase();
    expect(database).not.toContain(userId);
    expect(database).not.toContain(email);
    expect(database).not.toContain(network);
    expect(await sums()).toEqual(before);
    expect((await app.chat(chatBody('hello'), { key })).status).toBe(401);
    const report = await app.get('/v1/audit/verify');
    expect(report.body).toMatchObject({ intact: true });
    const pseudonym = String(answer.body['pseudonym']);
    const events = await app.get(`/v1/audit/events?user_id=${pseudonym}`);
    expect(events.body['data']).toMatchObject([
      { action: 'permission.deny', actor: { subject: pseudonym, user_id: null }, address: null },
    ]);
    const [erasure] = (await app.get('/v1/audit/events?action=privacy.erase&limit=1')).body[
      'data'
    ] as unknown[];
    expect(erasure).toMatchObject({ target: { kind: 'user', id: pseudonym, user_id: null } });
  });

  it('erases what was still on its way at the time, and forgets after a day whom that was about', async () => {
    const { userId } = await livelyPerson();
    const answer = await app.post('/v1/privacy/erase', { user_id: userId });
    await sql(
      `INSERT INTO usage_record SELECT (jsonb_populate_record(u, jsonb_build_object(
         'attempt_id', u.attempt_id || 'late', 'user_id', $1::text))).* FROM usage_record u LIMIT 1`,
      [userId],
    );
    const upkeep = new PrivacyUpkeep(
      app.app.get(ErasureRepository),
      app.app.get(Eraser),
      { eraseAddresses: () => Promise.resolve(0), removeEvents: () => Promise.resolve(0) } as never,
      { retentionDays: 0, addressDays: 0 } as never,
      { now: () => Date.now() } as never,
    );
    await upkeep.run();

    const late = await sql(`SELECT user_id FROM usage_record WHERE attempt_id LIKE '%late'`);
    expect(late).toEqual([{ user_id: answer.body['pseudonym'] }]);
    await sql(`UPDATE privacy_erasure SET requested_at = now() - interval '25 hours'`);
    await upkeep.run();
    expect(await sql('SELECT 1 FROM privacy_erasure WHERE user_id IS NOT NULL')).toEqual([]);
  });

  it('refuses the last owner, unknown users, foreign organizations and callers without the right', async () => {
    const post = (body: object, key = app.adminKey) => app.post('/v1/privacy/erase', body, { key });
    expect((await post({ user_id: 'usr_nobody' })).status).toBe(404);
    expect((await post({ user_id: 'usr_nobody', colour: 'red' })).status).toBe(400);
    expect((await post({})).status).toBe(400);
    const { key: ownerKey } = await app.createKey({ permissions: ['org:manage'] });
    expect((await post({ user_id: 'usr_nobody', organization_id: 'org_x' }, ownerKey)).status).toBe(404);
    const { userId } = await livelyPerson();
    expect((await post({ user_id: userId }, app.newUser())).status).toBe(403);
    const created = await app.post('/v1/organizations', {
      name: 'Lonely',
      owner: { email: 'only@example.com', password: PASSWORD },
    });
    const [owner] = await sql(`SELECT id FROM app_user WHERE email = 'only@example.com'`);
    const only = { user_id: owner?.['id'], organization_id: created.body['id'] };
    expect(await post(only)).toMatchObject({ status: 409, error: { code: 'last_owner' } });
  });
});
