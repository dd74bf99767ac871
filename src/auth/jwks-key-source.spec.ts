import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient } from '../platform/http/http-client';
import { HttpClientConfig } from '../platform/http/http-client.config';
import { loadConfig } from '../platform/config/load-config';
import { FakeClock } from '../../test/support/fake-clock';
import { JwksKeySource } from './jwks-key-source';

const rsa = (bits = 2_048) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
const KEYS = { a: rsa(), b: rsa(), weak: rsa(1_024) };

describe('JwksKeySource', () => {
  let server: Server;
  let http: HttpClient;
  let clock: FakeClock;
  let source: JwksKeySource;
  let reads = 0;
  let answer: { status: number; body: string };

  const publish = (...keys: object[]): void => {
    answer = { status: 200, body: JSON.stringify({ keys }) };
  };

  beforeEach(async () => {
    reads = 0;
    server = createServer((_request, response) => {
      reads += 1;
      response.writeHead(answer.status, { location: 'http://127.0.0.1:1/' }).end(answer.body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    http = new HttpClient(loadConfig([HttpClientConfig], {}).get(HttpClientConfig));
    clock = new FakeClock();
    const { port } = server.address() as AddressInfo;
    source = new JwksKeySource(
      { url: `http://127.0.0.1:${port}/`, algorithm: 'RS256', cacheMs: 600_000, cooldownMs: 30_000 },
      http,
      clock,
    );
    publish({ ...KEYS.a, kid: 'a' });
  });
  afterEach(async () => {
    await http.onApplicationShutdown();
    server.closeAllConnections();
    server.close();
  });

  it('reads the document once, however many ask', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => source.find('a')));

    expect(answers.every(({ kind }) => kind === 'key')).toBe(true);
    expect(reads).toBe(1);
  });

  it('asks no more often for invented key ids than the cooldown allows', async () => {
    await source.find('a');
    for (let i = 0; i < 1_000; i += 1) expect((await source.find(`invented-${i}`)).kind).toBe('unknown');
    clock.advance(30_000);
    await Promise.all(Array.from({ length: 100 }, (_, i) => source.find(`more-${i}`)));

    expect(reads).toBe(2);
  });

  it('learns a new key after the cooldown, and forgets one that is no longer listed', async () => {
    await source.find('a');
    publish({ ...KEYS.b, kid: 'b' });

    expect((await source.find('b')).kind).toBe('unknown');
    clock.advance(30_000);
    expect((await source.find('b')).kind).toBe('key');
    expect((await source.find('a')).kind).toBe('unknown');
  });

  it('goes on with the keys at hand while the issuer is away, and says so when there are none yet', async () => {
    await source.find('a');
    answer = { status: 500, body: '' };
    clock.advance(700_000);
    expect((await source.find('a')).kind).toBe('key');

    const fresh = new JwksKeySource(
      { url: 'http://127.0.0.1:1/', algorithm: 'RS256', cacheMs: 1_000, cooldownMs: 1_000 },
      http,
      clock,
    );
    expect((await fresh.find('a')).kind).toBe('unavailable');
  });

  it.each([
    ['a redirect', { status: 302, body: '' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['no list', { status: 200, body: '{"keys":{}}' }],
    ['a document that is too large', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
  ])('takes %s for no document', async (_name, given) => {
    answer = given;

    expect((await source.find('a')).kind).toBe('unavailable');
    expect(reads).toBe(1);
  });

  it('leaves out keys for encryption, other algorithms, other kinds and short ones', async () => {
    const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' };
    publish(
      { ...KEYS.a, kid: 'enc', use: 'enc' },
      { ...KEYS.a, kid: 'other', alg: 'RS512' },
      { ...KEYS.weak, kid: 'weak' },
      secret,
      { ...KEYS.b, kid: 'good', use: 'sig', alg: 'RS256' },
    );

    for (const kid of ['enc', 'other', 'weak', 'oct']) expect((await source.find(kid)).kind).toBe('unknown');
    expect((await source.find('good')).kind).toBe('key');
  });

  it('takes the only key for a token without key id, but never one of several', async () => {
    expect((await source.find(undefined)).kind).toBe('key');
    publish({ ...KEYS.a, kid: 'a' }, { ...KEYS.b, kid: 'b' });
    clock.advance(600_000);
    await source.find('a');
    await source.find('none');
    expect((await source.find(undefined)).kind).toBe('unknown');
  });
});
