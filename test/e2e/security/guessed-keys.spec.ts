import { newApiKey } from '../../../src/auth/api-key';
import { ApiKeyRepository } from '../../../src/auth/api-key.repository';
import { AuthCaches } from '../../../src/auth/auth-caches';
import { createApp, type TestApp } from '../../support/create-app';
import { makeTenant, type Tenant } from '../../support/tenants';

const GUESSES = 2_000;

describe('brute force of keys', () => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createApp({
      settings: {
        AUTH_KEY_CACHE_TTL_MS: '60000',
        IP_FAILED_AUTH_PER_MINUTE: '1000000',
      },
    });
    tenant = await makeTenant(app);
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  async function guess(tokens: readonly string[]): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (let from = 0; from < tokens.length; from += 20) {
      const batch = tokens.slice(from, from + 20);
      statuses.push(
        ...(await Promise.all(batch.map(async (key) => (await app.get('/v1/models', { key })).status))),
      );
    }
    return statuses;
  }

  it('finds nothing, pushes no known key out of memory, and leaves the database alone unless the form is right', async () => {
    await app.get('/v1/models', { key: tenant.owner.key });
    const query = jest.spyOn(app.app.get(ApiKeyRepository, { strict: false }), 'findActiveByHash');
    const known = app.app.get(AuthCaches).keys.size;
    const prefix = tenant.owner.key.slice(0, 11);
    const malformed = Array.from({ length: GUESSES }, (_unused, index) => `${prefix}${index}`);
    const wrongForm = await guess(malformed);
    const queriesForMalformed = query.mock.calls.length;
    const wellFormed = await guess(Array.from({ length: 200 }, () => prefix + newApiKey().slice(11)));
    const queriesForWellFormed = query.mock.calls.length - queriesForMalformed;
    query.mockRestore();

    expect(new Set(wrongForm)).toEqual(new Set([401]));
    // A busy machine may let a look-up time out: then nobody knows, and nobody is let in.
    for (const status of wellFormed) expect([401, 503]).toContain(status);
    expect(queriesForMalformed).toBe(0);
    expect(queriesForWellFormed).toBeLessThanOrEqual(200);
    expect(app.app.get(AuthCaches).keys.size).toBe(known);
    expect((await app.get('/v1/models', { key: tenant.owner.key })).status).toBe(200);
  }, 60_000);

  it('answers a wrong key that shares its beginning with a right one as any other', async () => {
    const near = `${tenant.owner.key.slice(0, -1)}${tenant.owner.key.endsWith('A') ? 'B' : 'A'}`;
    const far = newApiKey();
    const [one, other] = [
      await app.get('/v1/models', { key: near }),
      await app.get('/v1/models', { key: far }),
    ];

    expect([one.status, other.status]).toEqual([401, 401]);
    expect(one.error.message).toBe(other.error.message);
    expect(one.error.code).toBe(other.error.code);
  });
});

describe('an address that guesses keys', () => {
  it('is refused before anything of its requests is read', async () => {
    const app = await createApp({ settings: { IP_FAILED_AUTH_PER_MINUTE: '20' } });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) statuses.push((await app.get('/v1/models', { key: newApiKey() })).status);

      expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
      expect(new Set(statuses.slice(25))).toEqual(new Set([429]));
    } finally {
      await app.stop();
    }
  }, 60_000);
});
