import { setTimeout } from 'node:timers/promises';
import { chatBody, type ChatAnswer } from '../../support/app-client';
import { eventually } from '../../support/eventually';
import { EXACT_MODEL, NANO_PER_TOKEN, exactProvider } from '../../support/exact-model';
import { describeWithRedisServers } from '../../support/redis-servers';
import { ReplicasOnOwnRedis } from '../../support/replicas-on-own-redis';
import { describeWithPostgres, describeWithRedis } from '../../support/services';

const LIMIT_NANO_USD = 10_000_000;
const MAX_TOKENS = 100;
const TOKENS = 80;
const REPLICAS = 2;
const HOLD_SECONDS = 10;

interface Bounded {
  readonly id: string;
  readonly key: string;
}

describeWithPostgres('two replicas', () => {
  describeWithRedis('that share PostgreSQL and Redis', () => {
    describeWithRedisServers('which stalls or loses its data under load', () => {
      let kit: ReplicasOnOwnRedis;

      beforeAll(async () => {
        kit = await ReplicasOnOwnRedis.start(REPLICAS, (vendorUrl) => ({
          EXTRA_PROVIDERS: exactProvider(vendorUrl),
          BUDGET_LEASE_PERCENT: '10',
          BUDGET_HOLD_SECONDS: String(HOLD_SECONDS),
          BUDGET_DRIFT_SECONDS: '0',
        }));
      }, 280_000);
      afterAll(() => kit.stop(), 60_000);
      beforeEach(() => {
        kit.installation.vendor.reset();
        kit.installation.vendor.respond(() => ({
          delayMs: 200,
          text: 'word',
          usage: { prompt_tokens: 5, completion_tokens: TOKENS },
        }));
      });

      const ask = (index: number, { key }: Bounded): Promise<ChatAnswer> =>
        kit
          .replica(index)
          .chat(chatBody('hello', { model: `metered/${EXACT_MODEL}`, max_tokens: MAX_TOKENS }), { key });
      const askMany = (count: number, bounded: Bounded): Promise<readonly ChatAnswer[]> =>
        Promise.all(Array.from({ length: count }, (_unused, index) => ask(index, bounded)));
      const billed = (): number => kit.installation.vendor.calls.length * TOKENS * NANO_PER_TOKEN;
      const passed = (answers: readonly ChatAnswer[]): number =>
        answers.filter(({ status }) => status === 200).length;
      const outcomes = (answers: readonly ChatAnswer[]): readonly string[] =>
        [
          ...new Set(
            answers.map((answer) =>
              answer.status === 200 ? '200' : `${answer.status} ${answer.error.code}`,
            ),
          ),
        ].sort();
      const leased = (index: number): Promise<number> => kit.metric(index, 'modelmuxer_budget_leased_usd');

      const keyWithLeases = async (): Promise<Bounded> => {
        await kit.allKnowEachOther();
        const { id, key } = (await kit.replica(0).post('/v1/api-keys', { name: 'bounded' })).body;
        const bounded = { id: String(id), key: String(key) };
        const budget = {
          budget_type: 'daily',
          budget_limit: LIMIT_NANO_USD / 1e9,
          scope: { level: 'api_key', id },
        };
        expect((await kit.replica(0).post('/v1/analytics/budgets', budget)).status).toBe(201);
        for (let index = 0; index < REPLICAS; index++) {
          const before = await leased(index);
          await eventually(async () => {
            expect((await ask(index, bounded)).status).toBe(200);
            expect(await leased(index)).toBeGreaterThan(before + 0.0008);
          });
        }
        return bounded;
      };
      const expectAllUsed = async (bounded: Bounded): Promise<void> => {
        await eventually(async () => {
          expect(outcomes(await askMany(20, bounded))).toContain('402 insufficient_budget');
        }, 60_000);
        expect(billed()).toBeLessThanOrEqual(LIMIT_NANO_USD);
        await eventually(async () => {
          const { budgets } = (await kit.replica(1).get('/v1/analytics/budgets')).body as {
            budgets: { scope: { id: string }; current_usage_nano_usd: string; held: number }[];
          };
          const budget = budgets.find(({ scope }) => scope.id === bounded.id);
          expect(budget).toMatchObject({ current_usage_nano_usd: String(billed()), held: 0 });
        }, 30_000);
      };

      it('budgets × Redis down: a Redis that hangs until reservations and leases are overdue, and goes on, charges nothing but calls that were made', async () => {
        const bounded = await keyWithLeases();
        const client = kit.openRedis();
        const processId = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);
        client.disconnect();
        const underWay = askMany(8, bounded);
        process.kill(processId, 'SIGSTOP');
        try {
          const answers = [...(await askMany(40, bounded)), ...(await underWay)];
          expect(passed(answers)).toBeGreaterThanOrEqual(5);
          expect(outcomes(answers)).toEqual(['200', '503 store_unavailable']);
          await setTimeout((HOLD_SECONDS + 2) * 1_000);
        } finally {
          process.kill(processId, 'SIGCONT');
        }
        await expectAllUsed(bounded);
      }, 180_000);

      it('budgets × Redis down: a Redis that loses its data again and again under load leads to no call too many and no refusal', async () => {
        const bounded = await keyWithLeases();
        const client = kit.openRedis();
        try {
          for (let round = 0; round < 4; round++) {
            const answers = askMany(12, bounded);
            await setTimeout(100 + 60 * round);
            await client.flushall();
            expect(outcomes([...(await answers), ...(await askMany(4, bounded))])).toEqual(['200']);
          }
        } finally {
          client.disconnect();
        }
        await expectAllUsed(bounded);
      }, 180_000);
    });
  });
});
