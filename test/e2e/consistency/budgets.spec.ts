import { chatBody, type ChatAnswer } from '../../support/app-client';
import { eventually } from '../../support/eventually';
import { EXACT_MODEL, NANO_PER_TOKEN, exactProvider } from '../../support/exact-model';
import { describeWithRedisServers } from '../../support/redis-servers';
import { ReplicasOnOwnRedis } from '../../support/replicas-on-own-redis';
import { describeWithPostgres, describeWithRedis } from '../../support/services';

const LIMIT_NANO_USD = 10_000_000;
/** Reserved for each request; a tenth of the budget, the lease, has room for about ten. */
const MAX_TOKENS = 100;
const TOKENS = 80;
const REPLICAS = 2;

interface Bounded {
  readonly id: string;
  readonly key: string;
}

describeWithPostgres('two replicas', () => {
  describeWithRedis('that share PostgreSQL and Redis', () => {
    describeWithRedisServers('which can be stopped', () => {
      let kit: ReplicasOnOwnRedis;

      beforeAll(async () => {
        kit = await ReplicasOnOwnRedis.start(REPLICAS, (vendorUrl) => ({
          EXTRA_PROVIDERS: exactProvider(vendorUrl),
          BUDGET_LEASE_PERCENT: '10',
          BUDGET_HOLD_SECONDS: '10',
          OUTBOX_ADOPT_INTERVAL_MS: '1000',
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

      const keyWithBudget = async (): Promise<Bounded> => {
        const { id, key } = (await kit.replica(0).post('/v1/api-keys', { name: 'bounded' })).body;
        const scope = { level: 'api_key', id };
        const budget = { budget_type: 'daily', budget_limit: LIMIT_NANO_USD / 1e9, scope };
        expect((await kit.replica(0).post('/v1/analytics/budgets', budget)).status).toBe(201);
        return { id: String(id), key: String(key) };
      };
      const ask = (index: number, { key }: Bounded): Promise<ChatAnswer> =>
        kit
          .replica(index)
          .chat(chatBody('hello', { model: `metered/${EXACT_MODEL}`, max_tokens: MAX_TOKENS }), { key });
      const askMany = (index: number, count: number, bounded: Bounded): Promise<readonly ChatAnswer[]> =>
        Promise.all(Array.from({ length: count }, () => ask(index, bounded)));
      const leased = (index: number): Promise<number> => kit.metric(index, 'modelmuxer_budget_leased_usd');
      /** A key both replicas have set something aside for. */
      const keyWithLeases = async (): Promise<Bounded> => {
        await kit.allKnowEachOther();
        const bounded = await keyWithBudget();
        for (let index = 0; index < REPLICAS; index++) {
          const before = await leased(index);
          await eventually(async () => {
            expect((await ask(index, bounded)).status).toBe(200);
            expect(await leased(index)).toBeGreaterThan(before + 0.0008);
          });
        }
        await kit.queuesAreIdle();
        return bounded;
      };
      const passed = (answers: readonly ChatAnswer[]): number =>
        answers.filter(({ status }) => status === 200).length;
      const billed = (): number => kit.installation.vendor.calls.length * TOKENS * NANO_PER_TOKEN;
      /** The counters of one replica say what the vendor billed. */
      const expectCounters = async ({ id }: Bounded, index: number): Promise<void> => {
        await eventually(async () => {
          const { budgets } = (await kit.replica(index).get('/v1/analytics/budgets')).body as {
            budgets: { scope: { id: string }; current_usage_nano_usd: string; held: number }[];
          };
          const budget = budgets.find(({ scope }) => scope.id === id);
          expect(budget).toMatchObject({ current_usage_nano_usd: String(billed()), held: 0 });
        }, 30_000);
      };
      /** Every call has a row: what was in a queue that was lost is sent again after half a minute. */
      const expectLedger = async ({ id }: Bounded, index: number): Promise<void> => {
        await eventually(async () => {
          const records = await kit.replica(index).get('/v1/analytics/records?limit=1000');
          const rows = records.body['data'] as { api_key_id: string; cost_nano_usd: string }[];
          const own = rows.filter((row) => row.api_key_id === id);
          expect(own).toHaveLength(kit.installation.vendor.calls.length);
          expect(own.reduce((sum, row) => sum + Number(row.cost_nano_usd), 0)).toBe(billed());
        }, 90_000);
      };

      it('budgets × Redis down: each replica spends what it has set aside, then answers 503, and the counters are right when Redis is back without its data', async () => {
        const bounded = await keyWithLeases();
        await kit.stopRedis();

        for (let index = 0; index < REPLICAS; index++) {
          const answers = await askMany(index, 20, bounded);
          expect(passed(answers)).toBeGreaterThanOrEqual(5);
          expect(passed(answers)).toBeLessThanOrEqual(12);
          const refused = answers.filter(({ status }) => status !== 200);
          expect(new Set(refused.map(({ status, error }) => `${status} ${error.code}`))).toEqual(
            new Set(['503 store_unavailable']),
          );
          expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
          expect((await kit.replica(index).get('/health/ready')).status).toBe(200);
        }
        const spent = await kit.metric(0, 'modelmuxer_budget_lease_spent_usd_total');
        expect(spent).toBeGreaterThan(0);
        expect(
          await kit.metric(0, 'modelmuxer_budget_lease_requests_total{outcome="used_up"}'),
        ).toBeGreaterThan(0);

        await kit.restartRedis();
        await kit.allKnowEachOther();
        await eventually(async () => expect((await ask(0, bounded)).status).toBe(200), 20_000);
        expect(billed()).toBeLessThanOrEqual(LIMIT_NANO_USD);
        await expectCounters(bounded, 0);
        await expectLedger(bounded, 0);
      }, 180_000);

      it('budgets × both down: as with Redis down, for callers and budgets that are known', async () => {
        const bounded = await keyWithLeases();
        kit.database.cut();
        await kit.stopRedis();
        try {
          const answers = await askMany(0, 20, bounded);
          expect(passed(answers)).toBeGreaterThanOrEqual(5);
          expect(passed(answers)).toBeLessThanOrEqual(12);
          expect(answers.filter(({ status }) => status === 503)).toHaveLength(20 - passed(answers));
        } finally {
          kit.database.restore();
          await kit.restartRedis();
        }

        await kit.allKnowEachOther();
        await eventually(async () => expect((await ask(1, bounded)).status).toBe(200), 20_000);
        await expectCounters(bounded, 1);
      }, 120_000);

      it('budgets × Redis down: leases cost nobody a refusal; all of a budget can be used in the end', async () => {
        const bounded = await keyWithLeases();

        await eventually(async () => {
          const answers = await askMany(0, 30, bounded);
          expect(answers.map(({ status }) => status)).toContain(402);
        }, 40_000);

        expect(billed()).toBeLessThanOrEqual(LIMIT_NANO_USD);
        expect(billed()).toBeGreaterThan(LIMIT_NANO_USD - MAX_TOKENS * NANO_PER_TOKEN);
      }, 120_000);

      it('budgets × Redis down: 503 at once with BUDGET_ON_STORE_LOSS=closed', async () => {
        const bounded = await keyWithBudget();
        const closed = await kit.startReplica({ BUDGET_ON_STORE_LOSS: 'closed' });
        try {
          expect((await ask(2, bounded)).status).toBe(200);
          await kit.stopRedis();

          expect((await ask(2, bounded)).status).toBe(503);
          await eventually(async () => expect((await closed.get('/health/ready')).status).toBe(503));
        } finally {
          await kit.restartRedis();
          closed.signal('SIGKILL');
          await closed.exitCode();
          kit.forgetLastReplica();
        }
      }, 120_000);

      it('budgets × Redis down: what a process spends from its lease before it is killed is counted in the end, and no more', async () => {
        const bounded = await keyWithLeases();
        const doomed = kit.replica(1);
        await kit.stopRedis();
        expect(passed(await askMany(1, 3, bounded))).toBe(3);
        doomed.signal('SIGKILL');
        await doomed.exitCode();
        kit.forgetLastReplica();

        await kit.restartRedis();
        await kit.allKnowEachOther();
        await eventually(async () => expect((await ask(0, bounded)).status).toBe(200), 20_000);
        await expectCounters(bounded, 0);
        await expectLedger(bounded, 0);
      }, 180_000);
    });
  });
});
