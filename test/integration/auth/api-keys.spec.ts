import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ApiKeyUsage } from '../../../src/auth/api-key-usage';
import { newApiKey } from '../../../src/auth/api-key';
import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';

const STATIC_KEY = 'sk-test-key-1';
const CACHE_TTL_MS = 1_000;

let auth: AuthApp;
let admin: string;
const probe = (token: string | undefined, headers?: Record<string, string>): Promise<Answer> =>
  call(`${auth.url}/probe`, token, { headers });
const keysUrl = (): string => `${auth.url}/v1/api-keys`;

async function createKey(
  body: Record<string, unknown> = {},
  token = admin,
): Promise<{ id: string; key: string }> {
  const { status, body: created } = await call(keysUrl(), token, {
    method: 'POST',
    body: { name: 'test', ...body },
  });
  expect(status).toBe(201);
  return { id: String(created['id']), key: String(created['key']) };
}

beforeAll(async () => {
  auth = await startAuthApp({
    settings: {
      ALLOWED_API_KEYS: `["${STATIC_KEY}", {"key": "viewer-key", "tenant": "tenant_a", "role": "viewer"}]`,
      AUTH_KEY_CACHE_TTL_MS: String(CACHE_TTL_MS),
    },
  });
  admin = auth.adminKey ?? '';
});
afterAll(() => auth.stop());

describe('the first start', () => {
  it('makes a working administrator key, kept in a file only its owner can read', async () => {
    const path = join(auth.dataDir, 'admin-key');

    expect((await call(`${auth.url}/probe/admin`, admin)).status).toBe(200);
    expect(readFileSync(path, 'utf8').trim()).toBe(admin);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('stores no key in clear', async () => {
    const rows = await auth.app.get(DataSource).query<unknown[]>('SELECT * FROM api_key');

    const text = JSON.stringify(rows);
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const key of [admin, STATIC_KEY, 'viewer-key']) expect(text).not.toContain(key);
  });
});

describe('authentication by API key', () => {
  it('accepts the key in both headers', async () => {
    const bearer = await probe(admin);
    const header = await probe(undefined, { 'x-api-key': admin });

    expect(bearer.body).toMatchObject({ organizationSlug: 'default', method: 'api_key', timeZone: 'UTC' });
    expect(header.body['apiKeyId']).toBe(bearer.body['apiKeyId']);
  });

  it('gives every static key an owner and ids that exist in the database', async () => {
    const first = await probe(STATIC_KEY);
    const second = await probe('viewer-key');
    const rows = await auth.app
      .get(DataSource)
      .query<{ id: string }[]>(`SELECT id FROM api_key WHERE kind = 'static' ORDER BY id`);

    expect(first.body).toMatchObject({ method: 'static_key', organizationSlug: 'default' });
    expect(first.body['permissions']).toContain('chat:invoke');
    expect(second.body).toMatchObject({ organizationSlug: 'tenant_a' });
    expect(second.body['permissions']).not.toContain('chat:invoke');
    expect([first.body['apiKeyId'], second.body['apiKeyId']].sort()).toEqual(rows.map(({ id }) => id).sort());
    expect(first.body['userId']).not.toBe(second.body['userId']);
  });

  it('asks for a key when there is none', async () => {
    const answer = await probe(undefined);

    expect(answer.status).toBe(401);
    expect(answer.body.error).toMatchObject({ type: 'authentication_error', code: 'missing_api_key' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="modelmuxer"');
  });

  it('refuses everything that is not exactly a key', async () => {
    const other = newApiKey();
    const variants = [
      other,
      admin.slice(0, -1),
      `${admin}a`,
      admin.slice(3),
      admin.toLowerCase(),
      admin.toUpperCase(),
      `x${admin}`,
      admin.slice(0, 11),
      STATIC_KEY.slice(0, -1),
      `${STATIC_KEY}2`,
      STATIC_KEY.toUpperCase(),
      "' OR '1'='1",
      `mm_'; DROP TABLE api_key; --`,
      '{"$ne":null}',
      '{"$gt":""}',
      '__proto__',
      'constructor',
      'null',
      'undefined',
      'true',
      '*',
      '%',
      '%00',
      '../../etc/passwd',
      'a'.repeat(4_000),
    ];
    for (const variant of variants) {
      const bearer = await probe(undefined, { authorization: `Bearer ${variant.replaceAll(' ', '')}` });
      const header = await probe(undefined, { 'x-api-key': variant });

      expect([variant, bearer.status, bearer.body.error?.code]).toEqual([variant, 401, 'invalid_api_key']);
      expect([variant, header.status, header.body.error?.code]).toEqual([variant, 401, 'invalid_api_key']);
      expect(header.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  it('does not take a key from the address, the body, a cookie or another scheme', async () => {
    const basic = Buffer.from(`user:${admin}`).toString('base64');
    const answers = await Promise.all([
      call(`${auth.url}/probe?api_key=${admin}&key=${admin}&access_token=${admin}`, undefined),
      call(keysUrl(), undefined, { method: 'POST', body: { name: 'x', api_key: admin } }),
      probe(undefined, { cookie: `api_key=${admin}; authorization=Bearer ${admin}` }),
      probe(undefined, { authorization: `Basic ${basic}` }),
      probe(undefined, { authorization: admin }),
    ]);

    expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual(
      answers.map(() => [401, 'missing_api_key']),
    );
  });

  it('leaves public routes open, also to a wrong key', async () => {
    expect((await call(`${auth.url}/probe/public`, 'wrong')).status).toBe(200);
  });

  it('refuses a route the key has no permission for, and names the permission', async () => {
    const answer = await call(`${auth.url}/probe/admin`, STATIC_KEY);

    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({
      type: 'permission_error',
      code: 'missing_permission',
      details: { required: ['system:admin'] },
    });
  });

  it('refuses a revoked key although it was in memory a moment ago', async () => {
    const { id, key } = await createKey();
    expect((await probe(key)).status).toBe(200);

    const revoked = await call(`${keysUrl()}/${id}`, admin, { method: 'DELETE' });
    const answer = await probe(key);

    expect(revoked.status).toBe(204);
    expect([answer.status, answer.body.error?.code]).toEqual([401, 'invalid_api_key']);
  });

  it('refuses a key from the moment it expires, although it is in memory', async () => {
    const { key } = await createKey({ expires_at: new Date(Date.now() + 700).toISOString() });
    expect((await probe(key)).status).toBe(200);

    await new Promise((resolve) => setTimeout(resolve, 750));
    const answer = await probe(key);

    expect([answer.status, answer.body.error?.message]).toEqual([401, 'The API key has expired.']);
  });

  it('refuses a key from an address outside its ranges', async () => {
    const inside = await createKey({ allowed_ips: ['127.0.0.0/8'] });
    const outside = await createKey({ allowed_ips: ['10.0.0.0/8', '2001:db8::/32'] });

    expect((await probe(inside.key)).status).toBe(200);
    const answer = await probe(outside.key, { 'x-forwarded-for': '10.0.0.1' });
    expect([answer.status, answer.body.error?.code]).toEqual([403, 'address_not_allowed']);
  });

  it('notes when a key was used', async () => {
    const { id, key } = await createKey();
    await probe(key);

    await auth.app.get(ApiKeyUsage).flush();
    const { body } = await call(`${keysUrl()}/${id}`, admin);

    expect(Date.parse(String(body['last_used_at']))).toBeGreaterThan(Date.now() - 10_000);
  });
});

describe('/v1/api-keys', () => {
  it('shows the key in the answer to its creation only', async () => {
    const created = await call(keysUrl(), admin, {
      method: 'POST',
      body: {
        name: 'billing',
        role: 'developer',
        allowed_models: ['demo/small'],
        limits: { requests_per_minute: 5 },
        budget: { budget_type: 'daily', budget_limit: '5.5' },
      },
    });
    const shown = await call(`${keysUrl()}/${String(created.body['id'])}`, admin);
    const { key, ...rest } = created.body;

    expect(created.status).toBe(201);
    expect(key).toMatch(/^mm_[0-9A-Za-z]{43}$/);
    expect(rest).toMatchObject({
      name: 'billing',
      prefix: String(key).slice(0, 11),
      kind: 'issued',
      status: 'active',
      allowed_models: ['demo/small'],
      limits: { requests_per_minute: 5, daily_budget: 5.5, daily_budget_nano_usd: '5500000000' },
      expires_at: null,
    });
    expect(shown.body).toEqual(rest);
    expect(rest['permissions']).not.toContain('org:manage');
  });

  it.each([
    [{}],
    [{ name: '' }],
    [{ name: 'x\n' }],
    [{ name: 'x', is_admin: true }],
    [{ name: 'x', role: 'king' }],
    [{ name: 'x', permissions: ['chat:invoke', 'everything'] }],
    [{ name: 'x', permissions: { 0: 'chat:invoke' } }],
    [{ name: 'x', role: 'viewer', permissions: ['models:read'] }],
    [{ name: 'x', allowed_ips: ['10.0.0.0/99'] }],
    [{ name: 'x', expires_at: 'tomorrow' }],
    [{ name: 'x', expires_at: '2001-01-01T00:00:00Z' }],
    [{ name: 'x', limits: { requests_per_minute: 0 } }],
    [{ name: 'x', limits: { requests_per_minute: 5, tokens: 1 } }],
    [{ name: 'x', limits: [] }],
    [{ name: 'x', budget: { budget_type: 'daily', budget_limit: -1 } }],
    [{ name: 'x', budget: { budget_type: 'daily', budget_limit: '1e9' } }],
    [{ name: 'x', kind: 'static' }],
    [{ name: 'x', hash: 'x' }],
    [{ name: 'x\u0000' }],
    [{ name: 'x', user_id: 'usr\u0000' }],
    [{ name: 'x', project_id: "'; --" }],
    [{ name: 'x', allowed_models: ['a\u0000'] }],
    [[1, 2]],
  ])('answers 400 to %j', async (body) => {
    const answer = await call(keysUrl(), admin, { method: 'POST', body });

    expect([answer.status, answer.body.error?.code]).toEqual([400, 'validation_error']);
  });

  it('is not impressed by __proto__ and constructor members', async () => {
    const response = await fetch(keysUrl(), {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: '{"name":"x","__proto__":{"permissions":["system:admin"]},"constructor":{"prototype":{"polluted":1}}}',
    });

    expect(response.status).toBe(400);
    expect('polluted' in {}).toBe(false);
  });

  it('gives nobody more than they have', async () => {
    const developer = await createKey({ role: 'developer' });
    const asks = [{ role: 'owner' }, { role: 'admin' }, { permissions: ['org:manage'] }];

    for (const ask of asks) {
      const answer = await call(keysUrl(), developer.key, { method: 'POST', body: { name: 'x', ...ask } });
      expect([answer.status, answer.body.error?.code]).toEqual([403, 'missing_permission']);
    }
    const same = await createKey({}, developer.key);
    const permissions = (await probe(same.key)).body['permissions'] as string[];
    expect(permissions.sort()).toEqual(((await probe(developer.key)).body['permissions'] as string[]).sort());
  });

  it('passes the restrictions of the key in use on to the keys made with it', async () => {
    const limited = await createKey({
      role: 'developer',
      allowed_models: ['a'],
      limits: { requests_per_minute: 5 },
    });

    const wider = await call(keysUrl(), limited.key, {
      method: 'POST',
      body: { name: 'x', allowed_models: ['b'] },
    });
    const heir = await call(keysUrl(), limited.key, { method: 'POST', body: { name: 'x' } });

    expect([wider.status, wider.body.error?.code]).toEqual([403, 'missing_permission']);
    expect(heir.body).toMatchObject({ allowed_models: ['a'], limits: { requests_per_minute: 5 } });
  });

  it('answers 404 to a key of somebody else, of another tenant, and to an unknown one alike', async () => {
    const { id } = await createKey();
    const foreign = String((await probe('viewer-key')).body['apiKeyId']);

    for (const target of [id, foreign, 'key_unknown', '%00', "x'--"]) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await call(`${keysUrl()}/${target}`, STATIC_KEY, { method });
        expect([target, answer.status, answer.body.error?.code]).toEqual([target, 404, 'not_found']);
      }
    }
    expect((await call(`${keysUrl()}/${id}`, admin)).body['status']).toBe('active');
    expect((await call(`${keysUrl()}/${foreign}`, admin)).status).toBe(200);
  });

  it('lists own keys to a developer, all of the organization to its managers, page by page', async () => {
    const own = await call(keysUrl(), STATIC_KEY);
    const first = await call(`${keysUrl()}?limit=2`, admin);
    const second = await call(`${keysUrl()}?limit=2&cursor=${String(first.body['next_cursor'])}`, admin);
    const ids = [first, second].flatMap(({ body }) => (body['data'] as { id: string }[]).map(({ id }) => id));

    expect(own.body['data']).toEqual([expect.objectContaining({ kind: 'static' })]);
    expect(own.body['next_cursor']).toBeNull();
    expect(new Set(ids).size).toBe(4);
    expect([...ids].sort().reverse()).toEqual(ids);
    expect(JSON.stringify(first.body)).not.toContain('hash');
    for (const query of ['limit=0', 'limit=x', 'limit=9999', "cursor='--", 'tenant=other']) {
      expect([query, (await call(`${keysUrl()}?${query}`, admin)).status]).toEqual([query, 400]);
    }
  });

  it('leaves static keys to the configuration', async () => {
    const id = String((await probe(STATIC_KEY)).body['apiKeyId']);

    const answer = await call(`${keysUrl()}/${id}`, STATIC_KEY, { method: 'DELETE' });

    expect([answer.status, answer.body.error?.code]).toEqual([409, 'static_key']);
  });

  it('makes keys for other members, who lose them when they leave the organization', async () => {
    const dataSource = auth.app.get(DataSource);
    const organizationId = String((await probe(admin)).body['organizationId']);
    await dataSource.query(`INSERT INTO app_user (id, email) VALUES ('usr_guest', 'guest@example.com')`);
    await dataSource.query(`INSERT INTO membership VALUES ($1, 'usr_guest', 'viewer', NULL)`, [
      organizationId,
    ]);

    const { key } = await createKey({ user_id: 'usr_guest' });
    const whileMember = await probe(key);
    const tooMuch = await call(keysUrl(), admin, {
      method: 'POST',
      body: { name: 'x', user_id: 'usr_guest', permissions: ['chat:invoke'] },
    });
    const unknown = await call(keysUrl(), admin, {
      method: 'POST',
      body: { name: 'x', user_id: 'usr_unknown' },
    });
    const notAllowed = await call(keysUrl(), STATIC_KEY, {
      method: 'POST',
      body: { name: 'x', user_id: 'usr_guest' },
    });
    await dataSource.query(`DELETE FROM membership WHERE user_id = 'usr_guest'`);
    await new Promise((resolve) => setTimeout(resolve, CACHE_TTL_MS + 50));
    const afterwards = await probe(key);

    expect(whileMember.body).toMatchObject({ userId: 'usr_guest' });
    expect([tooMuch.status, unknown.status, notAllowed.status]).toEqual([403, 404, 403]);
    expect(afterwards.status).toBe(401);
  });

  it('refuses the keys of a suspended organization and of a suspended user with 403', async () => {
    const dataSource = auth.app.get(DataSource);
    expect((await probe('viewer-key')).status).toBe(200);
    expect((await probe(STATIC_KEY)).status).toBe(200);
    await dataSource.query(`UPDATE organization SET status = 'suspended' WHERE slug = 'tenant_a'`);
    await dataSource.query(`UPDATE app_user SET status = 'suspended' WHERE id LIKE 'usr_static_%'`);

    await new Promise((resolve) => setTimeout(resolve, CACHE_TTL_MS + 50));
    const answers = await Promise.all([probe('viewer-key'), probe(STATIC_KEY)]);

    expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual([
      [403, 'account_suspended'],
      [403, 'account_suspended'],
    ]);
  });
});
