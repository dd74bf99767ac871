import { createHmac, generateKeyPairSync } from 'node:crypto';
import { DataSource } from 'typeorm';
import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';
import { signJwt, usualClaims, type JwtSigning } from '../../support/sign-jwt';

const SECRET = 'a shared secret of at least thirty-two characters';
const HS256: JwtSigning = { algorithm: 'HS256', key: SECRET };
const PEM = { type: 'spki', format: 'pem' } as const;
const now = (): number => Math.floor(Date.now() / 1_000);

async function addMember(auth: AuthApp, userId: string, role: string): Promise<void> {
  const dataSource = auth.app.get(DataSource);
  await dataSource.query('INSERT INTO app_user (id) VALUES ($1) ON CONFLICT DO NOTHING', [userId]);
  await dataSource.query(
    `INSERT INTO membership SELECT id, $1, $2, NULL FROM organization WHERE slug = 'default'`,
    [userId, role],
  );
}

const probe = (auth: AuthApp, token: string): Promise<Answer> => call(`${auth.url}/probe`, token);
const outcome = ({ status, body }: Answer): unknown => [status, body.error?.code];

describe('authentication by HS256 token', () => {
  let auth: AuthApp;

  beforeAll(async () => {
    auth = await startAuthApp({ settings: { JWT_SECRET: SECRET, AUTH_KEY_CACHE_TTL_MS: '500' } });
    await addMember(auth, 'usr_owner', 'owner');
    await addMember(auth, 'usr_viewer', 'viewer');
  });
  afterAll(() => auth.stop());

  const token = (changes: Record<string, unknown> = {}, signing: JwtSigning = HS256): string =>
    signJwt(usualClaims({ sub: 'usr_owner', ...changes }), signing);

  it('accepts a valid token, the organization by slug or by id', async () => {
    const bySlug = await probe(auth, token());
    const byId = await probe(auth, token({ org: bySlug.body['organizationId'] }));

    expect(bySlug.body).toMatchObject({ userId: 'usr_owner', organizationSlug: 'default', method: 'jwt' });
    expect(bySlug.body['permissions']).toContain('org:manage');
    expect(byId.body).toEqual(bySlug.body);
  });

  it('accepts an audience among several and a token that ended within the clock skew', async () => {
    expect((await probe(auth, token({ aud: ['other', 'modelmuxer'] }))).status).toBe(200);
    expect((await probe(auth, token({ exp: now() - 5 }))).status).toBe(200);
  });

  it.each([
    ['alg none', token({}, { algorithm: 'none' })],
    ['alg none with a signature', `${token({}, { algorithm: 'none' })}${'A'.repeat(43)}`],
    ['alg NONE in odd case', token({}, { ...HS256, header: { alg: 'nOnE' } })],
    ['another algorithm of the same family', token({}, { ...HS256, header: { alg: 'HS512' } })],
    ['no algorithm', token({}, { ...HS256, header: { alg: undefined } })],
    ['an algorithm list', token({}, { ...HS256, header: { alg: ['HS256'] } })],
    ['a critical extension', token({}, { ...HS256, header: { crit: ['exp'] } })],
    [
      'another secret',
      token({}, { algorithm: 'HS256', key: 'another secret of at least thirty-two characters' }),
    ],
    ['an empty secret', token({}, { algorithm: 'HS256', key: '' })],
    ['a cut signature', token().slice(0, -1)],
    ['no signature', token().replace(/[^.]*$/, '')],
    [
      'a changed payload',
      token().replace(/\.[^.]*\./, `.${Buffer.from('{"sub":"usr_owner"}').toString('base64url')}.`),
    ],
    ['another issuer', token({ iss: 'somebody' })],
    ['no issuer', token({ iss: undefined })],
    ['another audience', token({ aud: 'somebody' })],
    ['no audience', token({ aud: undefined })],
    ['nbf in the future', token({ nbf: now() + 120 })],
    ['no exp', token({ exp: undefined })],
    ['exp as text', token({ exp: String(now() + 300) })],
    ['an unknown organization', token({ org: 'nowhere' })],
    ['no organization', token({ org: undefined })],
    ['an organization object', token({ org: { slug: 'default' } })],
    ['an organization list', token({ org: ['default'] })],
    ['an organization __proto__', token({ org: '__proto__' })],
    ['an organization with a NUL', token({ org: 'default\0' })],
    ['an unknown user', token({ sub: 'usr_nobody' })],
    ['no user', token({ sub: undefined })],
    ['a user by SQL', token({ sub: "' OR '1'='1" })],
    ['roles as text', token({ roles: 'owner' })],
    ['a payload that is no object', signPayload('[]')],
    ['nonsense', 'a.b.c'],
    ['empty parts', 'a..'],
  ])('refuses %s', async (_name, bad) => {
    const answer = await probe(auth, bad);

    expect(outcome(answer)).toEqual([401, 'invalid_token']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="modelmuxer", error="invalid_token"');
    expect(JSON.stringify(answer.body)).not.toMatch(/jwt|signature|secret/i);
  });

  it('tells an expired token apart', async () => {
    expect(outcome(await probe(auth, token({ exp: now() - 60 })))).toEqual([401, 'expired_token']);
  });

  it('does not take a token for a key', async () => {
    const answer = await call(`${auth.url}/probe`, undefined, { headers: { 'x-api-key': token() } });

    expect(outcome(answer)).toEqual([401, 'invalid_api_key']);
  });

  it('lets roles and permissions in a token narrow what the member may do, never widen it', async () => {
    const read = async (changes: Record<string, unknown>): Promise<unknown> =>
      ((await probe(auth, token(changes))).body['permissions'] as string[] | undefined)?.sort();

    expect(await read({ roles: ['viewer'] })).toEqual(['analytics:read-own', 'budgets:read', 'models:read']);
    expect(await read({ permissions: ['models:read', 'nonsense'] })).toEqual(['models:read']);
    expect(await read({ sub: 'usr_viewer', roles: ['admin'] })).toEqual([
      'analytics:read-own',
      'budgets:read',
      'models:read',
    ]);
    expect(outcome(await probe(auth, token({ roles: [] })))).toEqual([403, 'missing_permission']);
    expect(
      outcome(
        await call(`${auth.url}/probe/admin`, token({ roles: ['admin'], permissions: ['system:admin'] })),
      ),
    ).toEqual([403, 'missing_permission']);
  });

  it('refuses a suspended user with 403', async () => {
    await addMember(auth, 'usr_suspended', 'owner');
    await auth.app
      .get(DataSource)
      .query(`UPDATE app_user SET status = 'suspended' WHERE id = 'usr_suspended'`);

    expect(outcome(await probe(auth, token({ sub: 'usr_suspended' })))).toEqual([403, 'account_suspended']);
  });

  it('makes API keys for the user of the token', async () => {
    const created = await call(`${auth.url}/v1/api-keys`, token(), {
      method: 'POST',
      body: { name: 'x', role: 'viewer' },
    });

    expect(created.body).toMatchObject({ user_id: 'usr_owner' });
    expect((await probe(auth, String(created.body['key']))).body).toMatchObject({ userId: 'usr_owner' });
  });
});

describe.each([
  [
    'RS256',
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ],
  [
    'ES256',
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ],
] as const)('authentication by %s token', (algorithm, own, foreign) => {
  const publicPem = own.publicKey.export(PEM).toString();
  let auth: AuthApp;

  beforeAll(async () => {
    auth = await startAuthApp({
      settings: { JWT_PUBLIC_KEY: publicPem.replaceAll('\n', '\\n'), JWT_ORGANIZATION_CLAIM: 'tenant' },
    });
    await addMember(auth, 'usr_owner', 'owner');
  });
  afterAll(() => auth.stop());

  const claims = (): Record<string, unknown> =>
    usualClaims({ sub: 'usr_owner', tenant: 'default', org: undefined });

  it('accepts a token of the configured key, with the configured claim names', async () => {
    expect((await probe(auth, signJwt(claims(), { algorithm, key: own.privateKey }))).status).toBe(200);
  });

  it('refuses a token of another key, one without signature, and the public key misused as a shared secret', async () => {
    const attacks = [
      signJwt(claims(), { algorithm, key: foreign.privateKey }),
      signJwt(claims(), { algorithm: 'none' }),
      signJwt(claims(), { algorithm: 'HS256', key: publicPem }),
      signJwt(claims(), { algorithm: 'HS256', key: publicPem, header: { alg: algorithm } }),
      signJwt(claims(), { algorithm, key: own.privateKey, header: { alg: 'HS256' } }),
    ];

    for (const attack of attacks) expect(outcome(await probe(auth, attack))).toEqual([401, 'invalid_token']);
  });
});

function signPayload(payload: string): string {
  const body = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
}
