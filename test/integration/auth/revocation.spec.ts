import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';
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

    const manage = (method: string, path: string, body?: unknown): Promise<Answer> =>
      call(`${first.url}${path}`, ADMIN, { method, body });

    async function makeKey(
      tenant: string,
      project: string | undefined,
      name: string,
    ): Promise<{ id: string; key: string; owner: string }> {
      const member = await manage('POST', `/v1/organizations/${tenant}/members`, {
        email: `${name}@example.com`,
        role: 'owner',
      });
      const owner = String(member.body['user_id']);
      const made = await manage('POST', '/v1/api-keys', {
        name,
        organization_id: tenant,
        user_id: owner,
        project_id: project,
      });
      return { id: String(made.body['id']), key: String(made.body['key']), owner };
    }

    it('refuse within a second what was revoked, rotated or suspended on the other one, measured', async () => {
      const rounds: Readonly<Record<string, (key: { id: string; owner: string }) => Promise<unknown>>> = {
        'revoked key': ({ id }) => manage('DELETE', `/v1/api-keys/${id}`),
        'rotated key': ({ id }) => manage('POST', `/v1/api-keys/${id}/rotate`, {}),
        'suspended member': ({ owner }) =>
          manage('PATCH', `/v1/organizations/${tenant}/members/${owner}`, { status: 'suspended' }),
        'suspended project': () =>
          manage('PATCH', `/v1/organizations/${tenant}/projects/${project}`, { status: 'suspended' }),
        'suspended organization': () =>
          manage('PATCH', `/v1/organizations/${tenant}`, { status: 'suspended' }),
      };
      const tenant = String((await manage('POST', '/v1/organizations', { name: 'measured' })).body['id']);
      const project = String(
        (await manage('POST', `/v1/organizations/${tenant}/projects`, { name: 'measured' })).body['id'],
      );
      const lines: string[] = [];
      for (const [what, change] of Object.entries(rounds)) {
        const delays: number[] = [];
        for (let round = 0; round < (what.endsWith('key') ? 10 : 1); round += 1) {
          const key = await makeKey(
            tenant,
            what === 'suspended organization' ? undefined : project,
            `${what.replace(' ', '-')}-${round}`,
          );
          expect((await call(`${second.url}/probe`, key.key)).status).toBe(200);
          const startedAt = performance.now();
          await change(key);
          const changedAt = performance.now();
          await eventually(async () =>
            expect((await call(`${second.url}/probe`, key.key)).status).not.toBe(200),
          );
          delays.push(performance.now() - changedAt);
          expect(performance.now() - startedAt).toBeLessThan(1_000);
        }
        lines.push(
          `${what}: refused by the other replica after ${Math.max(...delays).toFixed(1)} ms at most`,
        );
      }
      process.stderr.write(`${lines.join('\n')}\n`);
    }, 60_000);

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
