import type { INestApplicationContext } from '@nestjs/common';
import { CONFIG_CLASSES } from '../../../src/config-classes';
import { loadConfig } from '../../../src/platform/config/load-config';
import { Redis } from 'ioredis';
import { chatBody, type ChatAnswer } from '../../support/app-client';
import { startWorker } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import type { FakeVendor } from '../../support/fake-vendor/fake-vendor';
import { prepareInstallation, type Installation } from '../../support/installation';
import { ServiceProcess } from '../../support/service-process';
import { describeWithPostgres, describeWithRedis } from '../../support/services';

const REPLICAS = 3;
const MODEL = 'exact-model';
/** Costs the same whatever is said: one dollar per million tokens out, nothing in. */
const PROVIDERS = (vendorUrl: string): string =>
  JSON.stringify({
    metered: {
      base_url: vendorUrl,
      models: [{ id: MODEL, context: 100_000, max_output: 50_000, price: { input: 0, output: 1 } }],
    },
  });
const NANO_PER_TOKEN = 1_000;

describeWithPostgres('three replicas', () => {
  describeWithRedis('that share PostgreSQL and Redis', () => {
    let installation: Installation;
    const replicas: ServiceProcess[] = [];
    let worker: INestApplicationContext | undefined;

    beforeAll(async () => {
      const prepared = await prepareInstallation({ shape: 'services' });
      installation = {
        ...prepared,
        settings: {
          ...prepared.settings,
          EXTRA_PROVIDERS: PROVIDERS(prepared.vendor.baseUrl),
          // Long, so that what passes does not depend on how fast the machine is.
          BUDGET_WAIT_MS: '15000',
        },
      };
      worker = await startWorker(loadConfig(CONFIG_CLASSES, installation.settings));
      // One after the other, so that those that run are ended even if another one does not start.
      while (replicas.length < REPLICAS) replicas.push(await ServiceProcess.start(installation));
    }, 280_000);

    afterAll(async () => {
      for (const replica of replicas) replica.signal('SIGKILL');
      await Promise.all(replicas.map((replica) => replica.exitCode()));
      await worker?.close();
      await installation.remove();
    }, 60_000);

    beforeEach(() => installation.vendor.reset());

    const replica = (index: number): ServiceProcess => {
      const found = replicas[index % REPLICAS];
      if (!found) throw new Error('no replica');
      return found;
    };
    const keyWithBudget = async (limit: number): Promise<string> => {
      const made = await replica(0).post('/v1/api-keys', {
        name: 'bounded',
        budget: { budget_type: 'daily', budget_limit: limit },
      });
      return String(made.body['key']);
    };
    const askAll = (count: number, maxTokens: number, key: string): Promise<readonly ChatAnswer[]> =>
      Promise.all(
        Array.from({ length: count }, (_unused, index) =>
          replica(index).chat(chatBody('hello', { model: `metered/${MODEL}`, max_tokens: maxTokens }), {
            key,
          }),
        ),
      );
    /** What the vendor billed; every call is told the same usage. */
    const billed = (vendor: FakeVendor, tokensPerCall: number): number =>
      vendor.calls.length * tokensPerCall * NANO_PER_TOKEN;
    const statusesOf = (answers: readonly ChatAnswer[]): Record<string, number> =>
      Object.fromEntries(
        [...Map.groupBy(answers, ({ status }) => status)].map(([status, same]) => [status, same.length]),
      );

    it('let exactly ten of a hundred requests pass that cost a tenth of a cent each, on a budget of one cent', async () => {
      const { vendor } = installation;
      const key = await keyWithBudget(0.01);
      vendor.respond(() => ({
        delayMs: 30,
        text: 'word',
        usage: { prompt_tokens: 5, completion_tokens: 1_000 },
      }));

      const answers = await askAll(100, 1_000, key);

      expect(statusesOf(answers)).toEqual({ '200': 10, '402': 90 });
      expect(vendor.calls).toHaveLength(10);
      expect(billed(vendor, 1_000)).toBe(10_000_000);
    }, 60_000);

    it('use at least nine tenths of a budget, and never more than it, when the worst case is five times the cost', async () => {
      const { vendor } = installation;
      const key = await keyWithBudget(0.01);
      vendor.respond(() => ({
        delayMs: 20,
        text: 'word',
        usage: { prompt_tokens: 5, completion_tokens: 100 },
      }));

      const answers = await askAll(200, 500, key);

      expect(billed(vendor, 100)).toBeLessThanOrEqual(10_000_000);
      expect(billed(vendor, 100)).toBeGreaterThanOrEqual(9_000_000);
      expect(Object.keys(statusesOf(answers))).toEqual(expect.arrayContaining(['200', '402']));
    }, 60_000);

    it('refuse what running requests of all of them leave no room for, also after Redis has lost its data', async () => {
      const { vendor, settings } = installation;
      const { id, key } = (await replica(0).post('/v1/api-keys', { name: 'bounded' })).body as {
        id: string;
        key: string;
      };
      const scope = { level: 'api_key', id };
      await replica(0).post('/v1/analytics/budgets', { budget_type: 'daily', budget_limit: 0.01, scope });
      const ask = (index: number) =>
        replica(index).chat(chatBody('hello', { model: `metered/${MODEL}`, max_tokens: 4_000 }), { key });
      vendor.respond(() => ({
        delayMs: 40_000,
        text: 'word',
        usage: { prompt_tokens: 5, completion_tokens: 3_000 },
      }));
      const running = [ask(0), ask(1)];
      await eventually(() => expect(vendor.calls).toHaveLength(2), 5_000);
      const redis = new Redis(String(settings['REDIS_URL']));
      await redis.flushdb();
      await redis.quit();

      let third = await ask(2);
      while (third.status === 503) third = await ask(2);

      expect(third.status).toBe(402);
      expect(third.error.details).toMatchObject({ level: 'api_key', held: 0.008, spent: 0 });
      expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
      await eventually(async () => {
        const listed = await replica(2).get(`/v1/analytics/budgets?scope_id=${id}`);
        const { budgets } = listed.body as { budgets: object[] };
        expect(budgets).toMatchObject([{ current_usage_nano_usd: '6000000', held: 0 }]);
      }, 5_000);
      expect(vendor.calls).toHaveLength(2);
    }, 120_000);
  });
});
