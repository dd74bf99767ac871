import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BootstrapKey } from '../../../src/auth/bootstrap-key';
import { RouteProtectionCheck } from '../../../src/auth/route-protection.check';
import { call, startAuthApp } from '../../support/auth-app';
import { useMigratedDatabase } from '../../support/embedded-template';

@Controller('forgotten')
class ForgottenController {
  @Get()
  read(): string {
    return 'secret';
  }
}

describe('a start', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'mm-start-'));
    await useMigratedDatabase(dataDir);
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps keys, secrets and tenants of the start before, and says where the first key is', async () => {
    const first = await startAuthApp({ dataDir });
    await first.stop();

    const second = await startAuthApp({ dataDir });
    const answer = await call(`${second.url}/probe/admin`, first.adminKey);
    const state = second.app.get(BootstrapKey).take();
    const tenants = await second.app.get(DataSource).query<unknown[]>('SELECT 1 FROM organization');
    await second.stop();

    expect(answer.status).toBe(200);
    expect(second.adminKey).toBeUndefined();
    expect(state).toEqual({ kind: 'kept', path: join(dataDir, 'admin-key') });
    expect(tenants).toHaveLength(1);
    expect(statSync(join(dataDir, 'secrets', 'api-key-pepper')).mode & 0o777).toBe(0o600);
  });

  it('makes a new first key when the last administrator key was revoked, and stops taking a removed static key', async () => {
    const first = await startAuthApp({ dataDir, settings: { ALLOWED_API_KEYS: 'static-one,static-two' } });
    const { body } = await call(`${first.url}/probe`, first.adminKey);
    await call(`${first.url}/v1/api-keys/${String(body['apiKeyId'])}`, first.adminKey, { method: 'DELETE' });
    await first.stop();

    const second = await startAuthApp({ dataDir, settings: { ALLOWED_API_KEYS: 'static-one' } });
    const answers = await Promise.all(
      [first.adminKey, second.adminKey, 'static-one', 'static-two'].map((key) =>
        call(`${second.url}/probe`, key),
      ),
    );
    await second.stop();

    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 401]);
  });

  it('makes the configured administrator once', async () => {
    const settings = {
      BOOTSTRAP_ADMIN_EMAIL: 'Root@Example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'a long enough password',
    };
    const first = await startAuthApp({ dataDir, settings });
    await first.stop();
    const second = await startAuthApp({ dataDir, settings });
    const users = await second.app
      .get(DataSource)
      .query<unknown[]>(
        'SELECT u.email, u.password_hash, m.role FROM app_user u JOIN membership m ON m.user_id = u.id',
      );
    await second.stop();

    expect(users).toEqual([
      {
        email: 'root@example.com',
        role: 'admin',
        password_hash: expect.stringMatching(/^\$argon2id\$/) as string,
      },
    ]);
  });

  it('refuses a pepper other than the one the stored keys were made with', async () => {
    const pepper = (letter: string): Record<string, string> => ({ API_KEY_PEPPER: letter.repeat(40) });
    await (await startAuthApp({ dataDir, settings: pepper('a') })).stop();

    await expect(startAuthApp({ dataDir, settings: pepper('b') })).rejects.toThrow(
      'API_KEY_PEPPER is not the one',
    );
  });

  it('refuses a route that is neither public nor guarded', async () => {
    const attempt = startAuthApp({ dataDir, controllers: [ForgottenController] });

    await expect(attempt).rejects.toThrow(
      'Routes without @RequirePermission or @Public: ForgottenController.read (GET)',
    );
  });

  it('lists how every route is protected', async () => {
    const auth = await startAuthApp({ dataDir });
    const routes = auth.app.get(RouteProtectionCheck).listRoutes();
    await auth.stop();

    expect(routes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ route: 'ProbeController.greet (GET)', permissions: [] }),
        expect.objectContaining({ route: 'ApiKeysController.create (POST)', permissions: ['keys:manage'] }),
        expect.objectContaining({ route: 'ApiKeysController.revoke (DELETE)', permissions: ['keys:manage'] }),
      ]),
    );
  });
});
