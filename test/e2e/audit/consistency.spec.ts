import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../../../src/access/audit-log';
import { auditEvent } from '../../support/audit-kit';
import { startOn, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import { prepareInstallation, type Installation } from '../../support/installation';
import { describeWithPostgres, describeWithRedis } from '../../support/services';
import { TcpProxy } from '../../support/tcp-proxy';

/** Servers come back slowly, and everything is slow on a busy machine. */
const LIMIT_MS = 120_000;
const EVENTS = 30;

/** The row "audit" of the consistency contract; each test is named after its cell. */
describeWithPostgres('consistency contract, audit', () => {
  describeWithRedis('(services shape)', () => {
    let installation: Installation;
    let app: TestApp;
    const proxies: Record<'database' | 'redis', TcpProxy | undefined> = {
      database: undefined,
      redis: undefined,
    };

    beforeAll(async () => {
      installation = await prepareInstallation({ shape: 'services' });
      const settings = {
        ...installation.settings,
        DATABASE_URL: await through('database', installation.settings['DATABASE_URL'] ?? ''),
        REDIS_URL: await through('redis', installation.settings['REDIS_URL'] ?? ''),
        DATABASE_CONNECT_TIMEOUT_MS: '1000',
      };
      app = await startOn({ ...installation, settings });
    }, LIMIT_MS);
    afterAll(async () => {
      await app.stop();
      for (const proxy of Object.values(proxies)) await proxy?.stop();
      await installation.remove();
    }, LIMIT_MS);

    async function through(name: 'database' | 'redis', address: string): Promise<string> {
      const url = new URL(address);
      const proxy = new TcpProxy({ host: url.hostname, port: Number(url.port) });
      proxies[name] = proxy;
      url.hostname = '127.0.0.1';
      url.port = String(await proxy.start());
      return url.toString();
    }

    const count = async (action: string): Promise<number> => {
      const rows = await app.app
        .get<DataSource>(getDataSourceToken())
        .query<{ n: number }[]>('SELECT count(*)::int AS n FROM audit_event WHERE action = $1', [action]);
      return rows[0]?.n ?? 0;
    };

    async function survives(action: string, down: readonly ('database' | 'redis')[]): Promise<void> {
      for (const name of down) proxies[name]?.cut();
      await Promise.all(
        Array.from({ length: EVENTS }, () => app.app.get(AuditLog).record(auditEvent({ action }))),
      );
      // Long enough for a shipper and a worker to try.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      for (const name of down) proxies[name]?.restore();

      await eventually(async () => {
        await app.settled();
        expect(await count(action)).toBe(EVENTS);
      }, LIMIT_MS / 2);
      const report = await app.get('/v1/audit/verify?organization_id=org_1');
      expect(report.body).toMatchObject({ intact: true });
    }

    it('audit × Redis down: outbox keeps them', () => survives('redis.down', ['redis']), LIMIT_MS);

    it(
      'audit × PostgreSQL down: outbox and queue keep them',
      () => survives('postgres.down', ['database']),
      LIMIT_MS,
    );

    it('audit × both down: outbox keeps them', () => survives('both.down', ['redis', 'database']), LIMIT_MS);
  });
});
