import type { INestApplicationContext } from '@nestjs/common';
import { CONFIG_CLASSES } from '../../src/config-classes';
import { loadConfig } from '../../src/platform/config/load-config';
import { chatBody } from '../support/app-client';
import { startOn, startWorker } from '../support/create-app';
import { eventually } from '../support/eventually';
import { prepareInstallation, type Installation } from '../support/installation';
import { ServiceProcess } from '../support/service-process';
import { describeWithPostgres, describeWithRedis } from '../support/services';

const DAILY_BUDGET_NANO_USD = 600_000;
const BODY = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });

describeWithPostgres('two replicas', () => {
  describeWithRedis('that share PostgreSQL and Redis', () => {
    let installation: Installation;
    let replicas: readonly ServiceProcess[];
    let worker: INestApplicationContext;

    beforeAll(async () => {
      installation = await prepareInstallation({
        shape: 'services',
        settings: { DEFAULT_DAILY_BUDGET: String(DAILY_BUDGET_NANO_USD / 1e9), BUDGET_HOLD_SECONDS: '10' },
      });
      worker = await startWorker(loadConfig(CONFIG_CLASSES, installation.settings));
      replicas = await Promise.all([ServiceProcess.start(installation), ServiceProcess.start(installation)]);
    }, 90_000);

    afterAll(async () => {
      for (const replica of replicas) replica.signal('SIGKILL');
      await Promise.all(replicas.map((replica) => replica.exitCode()));
      await worker.close();
      await installation.remove();
    }, 60_000);

    beforeEach(() => installation.vendor.reset());

    const replica = (index: number): ServiceProcess => {
      const found = replicas[index % replicas.length];
      if (!found) throw new Error('no replica');
      return found;
    };

    it('never spend more than a budget together', async () => {
      const { vendor, userKeys } = installation;
      const key = userKeys[0] ?? '';
      vendor.respond(() => ({ delayMs: 5 }));
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_unused, index) =>
          index % 3 === 0 ? replica(index).stream(BODY, { key }) : replica(index).chat(BODY, { key }),
        ),
      );
      const billed = vendor.calls.reduce(
        (sum, call) =>
          sum + (call.billed?.prompt_tokens ?? 0) * 150 + (call.billed?.completion_tokens ?? 0) * 600,
        0,
      );

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 402]));
      expect(billed).toBeLessThanOrEqual(DAILY_BUDGET_NANO_USD);
    }, 30_000);

    it('count the requests of a key together', async () => {
      const made = await replica(0).post('/v1/api-keys', {
        name: 'limited',
        limits: { requests_per_minute: 10 },
      });
      const key = String(made.body['key']);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_unused, index) => replica(index).get('/v1/models', { key })),
      );

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    });

    it('refuse a key within two seconds after the other one revoked it', async () => {
      const made = await replica(0).post('/v1/api-keys', { name: 'short-lived' });
      const key = String(made.body['key']);
      expect((await replica(1).get('/v1/models', { key })).status).toBe(200);

      await replica(0).request('DELETE', `/v1/api-keys/${String(made.body['id'])}`);

      await eventually(
        async () => expect((await replica(1).get('/v1/models', { key })).status).toBe(401),
        2_000,
      );
    });

    it('both go by a budget within a second after one of them set it', async () => {
      const { id, key } = (await replica(0).post('/v1/api-keys', { name: 'bounded' })).body as {
        id: string;
        key: string;
      };
      expect((await replica(1).chat(BODY, { key })).status).toBe(200);
      const budget = { budget_type: 'yearly', budget_limit: 0, scope: { level: 'api_key', id } };

      expect((await replica(0).post('/v1/analytics/budgets', budget)).status).toBe(201);
      const setAt = performance.now();

      expect((await replica(0).chat(BODY, { key })).status).toBe(402);
      await eventually(async () => expect((await replica(1).chat(BODY, { key })).status).toBe(402), 1_000);
      expect(performance.now() - setAt).toBeLessThan(1_000);
    });

    it('show one ledger, in which every call stands once', async () => {
      const key = installation.userKeys[1] ?? '';
      await Promise.all(Array.from({ length: 10 }, (_unused, index) => replica(index).chat(BODY, { key })));
      const ids = installation.vendor.calls.map(({ attemptId }) => attemptId).sort();
      const rowsOn = async (index: number): Promise<readonly string[]> => {
        const answer = await replica(index).get('/v1/analytics/records?limit=1000');
        const rows = answer.body['data'] as readonly { attempt_id: string }[];
        return rows
          .map((row) => row.attempt_id)
          .filter((id) => ids.includes(id))
          .sort();
      };

      await eventually(async () => {
        expect(await rowsOn(0)).toEqual(ids);
        expect(await rowsOn(1)).toEqual(ids);
      }, 2_000);
    });

    it('lose nothing when one of them is killed in the middle of streams: the next process books its calls', async () => {
      const key = installation.userKeys[2] ?? '';
      installation.vendor.respond(() => ({ text: 'word '.repeat(2_000), eventDelayMs: 5 }));
      const streams = await Promise.all(
        Array.from({ length: 5 }, () => replica(1).openStream(BODY, { key })),
      );
      const ids = installation.vendor.calls.map(({ attemptId }) => attemptId).sort();
      replica(1).signal('SIGKILL');
      await replica(1).exitCode();
      await Promise.all(streams.map((stream) => stream.text().catch(() => 'cut')));

      const next = await startOn(installation);
      try {
        await eventually(async () => {
          const rows = (await next.ledgerRows()).filter((row) => ids.includes(row.attempt_id));
          expect(rows.map((row) => row.attempt_id).sort()).toEqual(ids);
          expect(new Set(rows.map((row) => row.cost_source))).toEqual(new Set(['estimated']));
        }, 20_000);
      } finally {
        await next.stop();
      }
    }, 60_000);
  });
});
