import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { chatBody, type Answer } from '../../support/app-client';
import { startOn, type TestApp } from '../../support/create-app';
import type { RecordedCall } from '../../support/fake-vendor/fake-vendor';
import { VENDOR_KEY, prepareInstallation, type Installation } from '../../support/installation';
import { CredentialRotation } from '../../../src/providers/credentials/credential-rotation';
import { CredentialSealer } from '../../../src/providers/credentials/credential-sealer';
import { ProviderCredentialRepository } from '../../../src/providers/credentials/provider-credential.repository';

const START_MS = 120_000;
const BLUE_KEY = 'the-owner-of-the-blue-tenant-0123456789';
const RED_KEY = 'the-owner-of-the-red-tenant-0123456789';
const OWN = 'sk-blue-own-key-abcdefghijklmnop';
const BODY = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });
const key = (name: string): string => `${name}:${randomBytes(32).toString('base64')}`;
const [FIRST, SECOND] = [key('first'), key('second')];

const sentKey = (call: RecordedCall): unknown => call.headers['authorization'];

describe('a provider key an organization brought along', () => {
  let installation: Installation;
  let app: TestApp;

  const start = (encryptionKeys: string): Promise<TestApp> =>
    startOn({
      ...installation,
      settings: { ...installation.settings, ENCRYPTION_KEYS: encryptionKeys },
    });

  beforeAll(async () => {
    installation = await prepareInstallation({
      settings: {
        ALLOWED_API_KEYS: JSON.stringify([
          { key: 'test-administrator-key-0123456789', role: 'admin' },
          { key: BLUE_KEY, tenant: 'blue', role: 'owner' },
          { key: RED_KEY, tenant: 'red', role: 'owner' },
        ]),
      },
    });
    app = await start(FIRST);
  }, START_MS);
  afterAll(async () => {
    await app.stop();
    await installation.remove();
  }, START_MS);

  const path = '/v1/provider-credentials';
  const store = (apiKey: string, owner = BLUE_KEY): Promise<Answer> =>
    app.post(path, { provider: 'openai', api_key: apiKey }, { key: owner });
  const usedBy = async (owner: string): Promise<unknown> => {
    const answer = await app.chat(BODY, { key: owner });
    return answer.status === 200 ? sentKey(app.vendor.lastCall) : answer.status;
  };
  const stored = async (): Promise<string> =>
    JSON.stringify(await app.app.get(DataSource).query('SELECT * FROM provider_credential'));
  let id = '';

  it('is used for its calls, and for those of nobody else', async () => {
    expect(await usedBy(BLUE_KEY)).toBe(`Bearer ${VENDOR_KEY}`);

    const answer = await store(OWN);
    id = String(answer.body['id']);

    expect(answer.status).toBe(201);
    expect(await usedBy(BLUE_KEY)).toBe(`Bearer ${OWN}`);
    expect(await usedBy(RED_KEY)).toBe(`Bearer ${VENDOR_KEY}`);
    const embedding = await app.post(
      '/v1/embeddings',
      { model: 'text-embedding-3-small', input: 'hello' },
      { key: BLUE_KEY },
    );
    expect([embedding.status, sentKey(app.vendor.lastCall)]).toEqual([200, `Bearer ${OWN}`]);
  });

  it('never comes out again: not in answers, logs, metrics or the database', async () => {
    const answers = [
      await app.get(`${path}/${id}`, { key: BLUE_KEY }),
      await app.get(path, { key: BLUE_KEY }),
      await app.request('PATCH', `${path}/${id}`, { key: BLUE_KEY, body: { name: 'team' } }),
      await store(OWN),
    ];
    const seen = `${answers.map(({ text }) => text).join('')}${app.logText()}${await app.metrics()}${await stored()}`;

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 409]);
    expect(seen).not.toContain(OWN);
    expect(seen).not.toContain(OWN.slice(-8));
    expect(await app.metrics()).toContain('credential="tenant"');
  });

  it('does not exist for other organizations', async () => {
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const)
      expect((await app.request(method, `${path}/${id}`, { key: RED_KEY, body })).status).toBe(404);
    expect((await app.get(path, { key: RED_KEY })).body['data']).toEqual([]);
  });

  it('that the vendor refuses harms nobody else', async () => {
    app.vendor.respond((call) =>
      sentKey(call) === `Bearer ${OWN}` ? { status: 403, rawBody: '{"error":{"code":"no"}}' } : undefined,
    );
    for (let i = 0; i < 8; i += 1) expect(await usedBy(BLUE_KEY)).not.toBe(`Bearer ${VENDOR_KEY}`);

    expect(await usedBy(RED_KEY)).toBe(`Bearer ${VENDOR_KEY}`);
    const providers = await app.get('/v1/providers', { key: RED_KEY });
    expect(providers.text).toContain('"status":"available"');
    app.vendor.respond(() => undefined);
  });

  it('cannot be moved to another organization in the database', async () => {
    await store('sk-red-own-key-abcdefghijklmnopq', RED_KEY);
    const repository = app.app.get(ProviderCredentialRepository, { strict: false });
    const rows = await repository.listAll();
    const [blue, red] = rows;
    if (blue === undefined || red === undefined) throw new Error('two rows are there');

    expect(
      app.app.get(CredentialSealer, { strict: false }).open(Object.assign(red, { sealed: blue.sealed })),
    ).toBeUndefined();
  });

  it.each([
    [{ provider: 'nobody', api_key: 'x' }, 'unknown_provider'],
    [{ provider: 'openai', api_key: 'sk\r\nx-evil: 1' }, 'validation_error'],
    [{ provider: 'openai', api_key: '' }, 'validation_error'],
    [{ provider: 'openai' }, 'validation_error'],
    [{ provider: 'openai', api_key: 'x', base_url: 'http://169.254.169.254' }, 'validation_error'],
  ])('%j is refused', async (body, code) => {
    const answer = await app.post(path, body, { key: RED_KEY });
    expect([answer.status, answer.error.code]).toEqual([400, code]);
  });

  it(
    'survives a new encryption key, is written anew by the rotation, and then needs the new one only',
    async () => {
      await app.stop();
      app = await start(`${SECOND},${FIRST}`);
      const rotation = new CredentialRotation(
        app.app.get(ProviderCredentialRepository, { strict: false }),
        app.app.get(CredentialSealer, { strict: false }),
      );
      expect((await app.get(`${path}/${id}`, { key: BLUE_KEY })).body['encryption_key']).toBe('first');

      const outcome = await rotation.run(() => undefined);

      expect(outcome).toEqual({ total: 2, rotated: 2, current: 0, changed: 0, unreadable: 0 });
      expect((await app.get(`${path}/${id}`, { key: BLUE_KEY })).body['encryption_key']).toBe('second');
      await app.stop();
      app = await start(SECOND);
      expect((await app.get(`${path}/${id}`, { key: BLUE_KEY })).body['status']).toBe('usable');
      expect(await usedBy(BLUE_KEY)).toBe(`Bearer ${OWN}`);
    },
    START_MS,
  );

  it(
    'whose encryption key is lost is never replaced by the operator’s, and can be given anew',
    async () => {
      await app.stop();
      app = await start(key('third'));

      expect((await app.get(`${path}/${id}`, { key: BLUE_KEY })).body['status']).toBe('unreadable');
      const refused = await app.chat(BODY, { key: BLUE_KEY });
      expect(refused.status).toBeGreaterThanOrEqual(500);
      const calls = app.vendor.calls.length;
      expect(await usedBy(BLUE_KEY)).toBe(refused.status);
      expect(app.vendor.calls).toHaveLength(calls);

      const again = await app.request('PATCH', `${path}/${id}`, { key: BLUE_KEY, body: { api_key: OWN } });
      expect([again.status, again.body['status']]).toEqual([200, 'usable']);
      expect(await usedBy(BLUE_KEY)).toBe(`Bearer ${OWN}`);
      expect((await app.request('DELETE', `${path}/${id}`, { key: BLUE_KEY })).status).toBe(204);
      expect(await usedBy(BLUE_KEY)).toBe(`Bearer ${VENDOR_KEY}`);
    },
    START_MS,
  );
});
