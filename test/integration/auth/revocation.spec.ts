import { call, startAuthApp, type AuthApp } from '../../support/auth-app';
import { eventually } from '../../support/eventually';
import {
  createDatabase,
  describeWithPostgres,
  describeWithRedis,
  requireRedisUrl,
  type TestDatabase,
} from '../../support/services';

const ADMIN = 'an-administrator-key-for-this-test';

describeWithPostgres('two replicas', () => {
  describeWithRedis('with Redis', () => {
    let database: TestDatabase;
    let first: AuthApp;
    let second: AuthApp;

    beforeAll(async () => {
      database = await createDatabase();
      const settings = {
        DATABASE_URL: database.url,
        REDIS_URL: requireRedisUrl(),
        REDIS_KEY_PREFIX: `test-${Date.now()}`,
        API_KEY_PEPPER: 'p'.repeat(40),
        ALLOWED_API_KEYS: `[{"key":"${ADMIN}","role":"admin"}]`,
        AUTH_KEY_CACHE_TTL_MS: '60000',
        BOOTSTRAP_ADMIN_EMAIL: 'ada@example.com',
        BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery',
      };
      [first, second] = await Promise.all([startAuthApp({ settings }), startAuthApp({ settings })]);
    });
    afterAll(async () => {
      await Promise.all([first.stop(), second.stop()]);
      await database.drop();
    });

    it('agree on tenant, administrator and static keys although they start at the same moment', async () => {
      const [one, two] = await Promise.all([first, second].map(({ url }) => call(`${url}/probe`, ADMIN)));

      expect(one?.status).toBe(200);
      expect(one?.body).toEqual(two?.body);
    });

    it('refuse a key within a second after it was revoked on one of them', async () => {
      const { body } = await call(`${first.url}/v1/api-keys`, ADMIN, { method: 'POST', body: { name: 'x' } });
      const key = String(body['key']);
      expect((await call(`${second.url}/probe`, key)).status).toBe(200);

      await call(`${first.url}/v1/api-keys/${String(body['id'])}`, ADMIN, { method: 'DELETE' });

      const revokedAt = performance.now();
      await eventually(async () => {
        expect((await call(`${second.url}/probe`, key)).status).toBe(401);
      });
      expect(performance.now() - revokedAt).toBeLessThan(1_000);
    });

    it('refuse a session within a second after its user logged out on one of them', async () => {
      const { body } = await call(`${first.url}/auth/login`, undefined, {
        method: 'POST',
        body: { email: 'ada@example.com', password: 'correct horse battery' },
      });
      const token = String(body['access_token']);
      expect((await call(`${second.url}/auth/session`, token)).status).toBe(200);

      await call(`${first.url}/auth/logout`, token, { method: 'POST' });

      const endedAt = performance.now();
      await eventually(async () => {
        expect((await call(`${second.url}/auth/session`, token)).status).toBe(401);
      });
      expect(performance.now() - endedAt).toBeLessThan(1_000);
    });
  });
});
