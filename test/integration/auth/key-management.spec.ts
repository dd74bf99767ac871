import { DataSource } from 'typeorm';
import { AuditLog } from '../../../src/access/audit-log';
import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';

const USERS = { admin: 'administrator-key-of-this-test', developer: 'developer-key-of-this-test' };

describe('management of API keys', () => {
  let auth: AuthApp;

  beforeAll(async () => {
    auth = await startAuthApp({
      settings: {
        ALLOWED_API_KEYS: JSON.stringify([
          { key: USERS.admin, role: 'admin' },
          { key: USERS.developer, role: 'developer' },
        ]),
        AUTH_KEY_CACHE_TTL_MS: '60000',
      },
    });
  }, 60_000);
  afterAll(() => auth.stop());

  const send = (method: string, path: string, body?: unknown, token = USERS.admin): Promise<Answer> =>
    call(`${auth.url}/v1/api-keys${path}`, token, { method, body });
  const works = async (key: string): Promise<number> => (await call(`${auth.url}/probe`, key)).status;

  async function make(
    body: Record<string, unknown> = {},
    token = USERS.admin,
  ): Promise<{ id: string; key: string }> {
    const answer = await send('POST', '', { name: 'test', ...body }, token);
    expect(answer.status).toBe(201);
    return { id: String(answer.body['id']), key: String(answer.body['key']) };
  }

  describe('rotation', () => {
    it('gives a new key under the same id and ends the old one at once', async () => {
      const { id, key } = await make({ limits: { requests_per_minute: 7 }, allowed_models: ['demo/*'] });
      expect(await works(key)).toBe(200);
      const rotated = await send('POST', `/${id}/rotate`, {});

      expect(rotated.status).toBe(201);
      expect(rotated.body).toMatchObject({
        id,
        limits: { requests_per_minute: 7 },
        allowed_models: ['demo/*'],
      });
      expect(await works(key)).toBe(401);
      expect(await works(String(rotated.body['key']))).toBe(200);
    });

    it('lets the old key work until the overlap ends, and no longer', async () => {
      const { id, key } = await make();
      const rotated = await send('POST', `/${id}/rotate`, { overlap_seconds: 3600 });
      const during = [await works(key), await works(String(rotated.body['key']))];
      await auth.app
        .get(DataSource)
        .query(`UPDATE api_key SET previous_ends_at = now() - interval '1 second' WHERE id = $1`, [id]);
      await send('PATCH', `/${id}`, { name: 'looked up again' });

      expect(during).toEqual([200, 200]);
      expect([await works(key), await works(String(rotated.body['key']))]).toEqual([401, 200]);
    });

    it('ends both keys when the key is revoked', async () => {
      const { id, key } = await make();
      const rotated = await send('POST', `/${id}/rotate`, { overlap_seconds: 3600 });
      await send('DELETE', `/${id}`);

      expect([await works(key), await works(String(rotated.body['key']))]).toEqual([401, 401]);
      expect((await send('POST', `/${id}/rotate`, {})).body.error?.code).toBe('not_active');
    });

    it('is won by one of several at the same moment', async () => {
      const { id } = await make();
      const answers = await Promise.all(Array.from({ length: 5 }, () => send('POST', `/${id}/rotate`, {})));
      const keys = answers.filter(({ status }) => status === 201).map(({ body }) => String(body['key']));
      const alive = (await Promise.all(keys.map(works))).filter((status) => status === 200);

      expect(alive).toHaveLength(1);
    });

    it('is refused for somebody else’s key and for one that holds more than the caller', async () => {
      const foreign = await make();
      const own = await make({}, USERS.developer);
      const weak = await make({ permissions: ['keys:manage'] }, USERS.developer);

      expect((await send('POST', `/${foreign.id}/rotate`, {}, USERS.developer)).status).toBe(404);
      expect((await send('POST', `/${own.id}/rotate`, {}, weak.key)).status).toBe(403);
      expect((await send('PATCH', `/${own.id}`, { name: 'mine' }, weak.key)).status).toBe(403);
    });
  });

  describe('changes', () => {
    it('take effect at once: permissions, addresses, limits, budgets', async () => {
      const { id, key } = await make({ budget: { budget_type: 'monthly', budget_limit: 50 } });
      expect(await works(key)).toBe(200);
      const changed = await send('PATCH', `/${id}`, {
        name: 'renamed',
        limits: { tokens_per_day: 1000 },
        budget: { budget_type: 'weekly', budget_limit: '2.5' },
        allowed_ips: ['203.0.113.0/24'],
      });

      expect(changed.body).toMatchObject({
        name: 'renamed',
        allowed_ips: ['203.0.113.0/24'],
        limits: {
          tokens_per_day: 1000,
          weekly_budget: 2.5,
          weekly_budget_nano_usd: '2500000000',
          monthly_budget: 50,
        },
      });
      expect(await works(key)).toBe(403);
      await send('PATCH', `/${id}`, { allowed_ips: null, budget: null, permissions: ['chat:invoke'] });
      expect(await works(key)).toBe(403);
      const cleared = await send('PATCH', `/${id}`, { permissions: ['models:read'] });
      expect(await works(key)).toBe(200);
      expect(cleared.body['limits']).toEqual({ tokens_per_day: 1000 });
    });

    it('by those who manage no members can tighten, not loosen', async () => {
      const { id } = await make({ limits: { requests_per_minute: 10 } }, USERS.developer);
      const tighter = await send('PATCH', `/${id}`, { limits: { requests_per_minute: 5 } }, USERS.developer);
      const looser = await send('PATCH', `/${id}`, { limits: { requests_per_minute: 6 } }, USERS.developer);
      const lifted = await send('PATCH', `/${id}`, { limits: null }, USERS.developer);
      const more = await send('PATCH', `/${id}`, { permissions: ['members:manage'] }, USERS.developer);

      expect([tighter.status, looser.status, lifted.status, more.status]).toEqual([200, 403, 200, 403]);
      expect(lifted.body['limits']).toEqual({ requests_per_minute: 5 });
    });

    it('are refused for static and revoked keys, unknown fields and past dates', async () => {
      const { id } = await make();
      const listed = await send('GET', '?limit=200');
      const fixed = (listed.body['data'] as { id: string; kind: string }[]).find(
        ({ kind }) => kind === 'static',
      );
      const answers = await Promise.all([
        send('PATCH', `/${fixed?.id ?? ''}`, { name: 'x' }),
        send('PATCH', `/${id}`, { hash: 'x' }),
        send('PATCH', `/${id}`, { expires_at: '2001-01-01T00:00:00Z' }),
        send('PATCH', `/${id}`, { project_id: 'prj_unknown' }),
        send('POST', `/${id}/rotate`, { overlap_seconds: -1 }),
      ]);
      await send('DELETE', `/${id}`);

      expect(answers.map(({ status }) => status)).toEqual([409, 400, 400, 404, 400]);
      expect((await send('PATCH', `/${id}`, { name: 'x' })).status).toBe(409);
    });

    it('stand in the audit trail without the key or its hash', async () => {
      const record = jest.spyOn(auth.app.get(AuditLog), 'record');
      const { id, key } = await make();
      await send('PATCH', `/${id}`, { name: 'other' });
      const rotated = await send('POST', `/${id}/rotate`, {});
      await send('DELETE', `/${id}`);
      const events = record.mock.calls.map(([event]) => event);
      record.mockRestore();

      expect(events.map(({ action }) => action)).toEqual([
        'api_key.create',
        'api_key.update',
        'api_key.rotate',
        'api_key.revoke',
      ]);
      expect(events[1]).toMatchObject({ before: { name: 'test' }, after: { name: 'other' } });
      const text = JSON.stringify(events);
      for (const secret of [key, String(rotated.body['key'])]) expect(text).not.toContain(secret.slice(12));
      expect(text).not.toMatch(/"hash"|[0-9a-f]{64}/);
    });
  });

  it('counts working keys against the plan, exactly, also when they are asked for at once', async () => {
    const organization = await call(`${auth.url}/v1/organizations`, USERS.admin, {
      method: 'POST',
      body: { name: 'three keys', limits: { max_api_keys: 3 } },
    });
    const id = String(organization.body['id']);
    const member = await call(`${auth.url}/v1/organizations/${id}/members`, USERS.admin, {
      method: 'POST',
      body: { email: 'keys@example.com', role: 'owner' },
    });
    const wish = { name: 'x', organization_id: id, user_id: member.body['user_id'] };
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('POST', '', wish)));
    const made = answers.filter(({ status }) => status === 201);
    await send('DELETE', `/${String(made[0]?.body['id'])}`);

    expect(made).toHaveLength(3);
    expect(answers.find(({ status }) => status === 409)?.body.error?.code).toBe('plan_limit_reached');
    expect((await send('POST', '', wish)).status).toBe(201);
  });
});
