import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DataSource } from 'typeorm';
import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';
import { signJwt, usualClaims, type JwtSigning } from '../../support/sign-jwt';

const START_MS = 120_000;
const PEM = { type: 'spki', format: 'pem' } as const;
const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ownPem = own.publicKey.export(PEM).toString();
const now = (): number => Math.floor(Date.now() / 1_000);

/** A server that publishes keys, and counts who asks for what. */
interface KeyServer {
  readonly url: string;
  readonly asked: string[];
  stop(): void;
}

async function startKeyServer(): Promise<KeyServer> {
  const asked: string[] = [];
  const keysOf = (path: string): object[] =>
    path === '/jwks'
      ? [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'main', use: 'sig' }]
      : [{ ...foreign.publicKey.export({ format: 'jwk' }), kid: 'main' }];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: keysOf(request.url ?? '') }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('attacks on tokens of an issuer with published keys', () => {
  let auth: AuthApp;
  let keys: KeyServer;

  beforeAll(async () => {
    keys = await startKeyServer();
    auth = await startAuthApp({ settings: { JWT_JWKS_URL: `${keys.url}/jwks` } });
    const dataSource = auth.app.get(DataSource);
    await dataSource.query(`INSERT INTO app_user (id) VALUES ('usr_owner')`);
    await dataSource.query(
      `INSERT INTO membership SELECT id, 'usr_owner', 'owner', NULL FROM organization WHERE slug = 'default'`,
    );
  }, START_MS);
  afterAll(async () => {
    await auth.stop();
    keys.stop();
  });

  const RS256: JwtSigning = { algorithm: 'RS256', key: own.privateKey, header: { kid: 'main' } };
  const token = (changes: Record<string, unknown> = {}, signing: Partial<JwtSigning> = {}): string =>
    signJwt(usualClaims({ sub: 'usr_owner', ...changes }), {
      ...RS256,
      ...signing,
      header: { ...RS256.header, ...signing.header },
    });
  const probe = (bad: string): Promise<Answer> => call(`${auth.url}/probe`, bad);

  /** A token of the attacker's key, with whatever the header claims. */
  const forged = (header: Record<string, unknown>): string => token({}, { key: foreign.privateKey, header });
  const jwk = foreign.publicKey.export({ format: 'jwk' });

  const ATTACKS: readonly (readonly [string, () => string])[] = [
    ...['none', 'None', 'NONE', 'nOnE'].map(
      (alg) => [`alg ${alg}, unsigned`, () => token({}, { algorithm: 'none', header: { alg } })] as const,
    ),
    ['alg none with a signature', () => `${token({}, { algorithm: 'none' })}${'A'.repeat(342)}`],
    ['an empty algorithm', () => token({}, { header: { alg: '' } })],
    ['HS256 with the public PEM as secret', () => token({}, { algorithm: 'HS256', key: ownPem })],
    ['HS256 with the trimmed PEM as secret', () => token({}, { algorithm: 'HS256', key: ownPem.trim() })],
    [
      'HS256 with the modulus as secret',
      () => token({}, { algorithm: 'HS256', key: String(own.publicKey.export({ format: 'jwk' }).n) }),
    ],
    [
      'HS256 behind an RS256 header',
      () => token({}, { algorithm: 'HS256', key: ownPem, header: { alg: 'RS256' } }),
    ],
    ['HS256 with an empty secret', () => token({}, { algorithm: 'HS256', key: '' })],
    ['RS384 in the header', () => token({}, { header: { alg: 'RS384' } })],
    ['PS256 in the header', () => token({}, { header: { alg: 'PS256' } })],
    ['an algorithm list', () => token({}, { header: { alg: ['RS256'] } })],
    ['a foreign key under our key id', () => forged({})],
    ['an unknown key id', () => token({}, { header: { kid: 'other' } })],
    ['a key id that is a path', () => forged({ kid: '../../../../dev/null' })],
    ['a key id that is SQL', () => forged({ kid: "x' UNION SELECT 'secret' --" })],
    ['a key id that is an object', () => forged({ kid: { $ne: null } })],
    ['a key id that is a list', () => forged({ kid: ['main'] })],
    ['a key id with a NUL', () => forged({ kid: 'main\0' })],
    ['a key id __proto__', () => forged({ kid: '__proto__' })],
    ['a key id that is an address', () => forged({ kid: `${keys.url}/evil` })],
    ['its own key (jwk)', () => forged({ jwk })],
    ['its own key address (jku)', () => forged({ jku: `${keys.url}/evil` })],
    ['its own certificate address (x5u)', () => forged({ x5u: `${keys.url}/evil` })],
    ['its own certificate (x5c)', () => forged({ x5c: ['MIIB'] })],
    ['a critical extension', () => token({}, { header: { crit: ['b64'], b64: false } })],
    ['an unknown critical extension', () => token({}, { header: { crit: ['x'], x: 1 } })],
    ['an empty critical list', () => token({}, { header: { crit: [] } })],
    ['exp in the past', () => token({ exp: now() - 60 })],
    ['exp as text', () => token({ exp: String(now() + 300) })],
    ['no exp', () => token({ exp: undefined })],
    ['exp null', () => token({ exp: null })],
    ['nbf in the future', () => token({ nbf: now() + 120 })],
    ['nbf as text', () => token({ nbf: 'yesterday' })],
    ['iat in the future', () => token({ iat: now() + 3_600 })],
    ['another issuer', () => token({ iss: 'https://evil.example' })],
    ['an issuer that only begins like ours', () => token({ iss: 'modelmuxer.evil.example' })],
    ['an issuer list', () => token({ iss: ['modelmuxer'] })],
    ['no issuer', () => token({ iss: undefined })],
    ['another audience', () => token({ aud: 'billing' })],
    ['an audience object', () => token({ aud: { modelmuxer: true } })],
    ['no audience', () => token({ aud: undefined })],
    ['no subject', () => token({ sub: undefined })],
    ['an empty subject', () => token({ sub: '' })],
    ['a subject object', () => token({ sub: { id: 'usr_owner' } })],
    ['a subject by SQL', () => token({ sub: "' OR 1=1 --" })],
    ['no tenant', () => token({ org: undefined })],
    ['an unknown tenant', () => token({ org: 'acme' })],
    ['a tenant list', () => token({ org: ['default'] })],
    ['a tenant object', () => token({ org: { slug: 'default' } })],
    ['a tenant wildcard', () => token({ org: '%' })],
    ['a cut signature', () => token().slice(0, -4)],
    ['half a signature', () => token().slice(0, -171)],
    ['no signature', () => token().replace(/[^.]*$/, '')],
    ['an extended signature', () => `${token()}AAAA`],
    ['a signature with characters that are skipped', () => `${token()}%00`],
    [
      'a swapped payload',
      () =>
        token().replace(
          /\.[^.]*\./,
          `.${encode({ ...usualClaims({ exp: now() + 9_999 }), sub: 'usr_owner' })}.`,
        ),
    ],
    ['a payload that is no JSON', () => `${encode({ alg: 'RS256', kid: 'main' })}.${'x'.repeat(20)}.AAAA`],
    ['an access token of a log-in, invented', () => inventedSession()],
    ['a 12 kB token', () => token({ filler: 'x'.repeat(9_000) }, { key: foreign.privateKey })],
  ];

  it('accepts the token all attacks are variations of', async () => {
    expect((await probe(token())).status).toBe(200);
  });

  it.each(ATTACKS)('refuses %s', async (_name, make) => {
    const answer = await probe(make());

    expect(answer.status).toBe(401);
    expect(['invalid_token', 'expired_token', 'invalid_api_key']).toContain(answer.body.error?.code);
    expect(JSON.stringify(answer.body)).not.toMatch(/jwt|signature|secret|kid|pem/i);
  });

  it('refuses a 60 kB token before it is read', async () => {
    expect((await probe(token({ filler: 'x'.repeat(45_000) }))).status).toBe(431);
    expect((await probe(token())).status).toBe(200);
  });

  it('has fetched keys from the configured address only, and not once per attack', () => {
    expect(new Set(keys.asked)).toEqual(new Set(['/jwks']));
    expect(keys.asked.length).toBeLessThanOrEqual(3);
  });
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** What the source code tells about access tokens is not enough to make one. */
function inventedSession(): string {
  const header = Buffer.from('{"alg":"HS256","typ":"mm-session+jwt"}').toString('base64url');
  const name = 'modelmuxer-session';
  const payload = encode({
    iss: name,
    aud: name,
    sub: 'usr_owner',
    org: 'default',
    sid: 'ses_1',
    exp: now() + 300,
  });
  const signature = createHmac('sha256', 'modelmuxer').update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}
