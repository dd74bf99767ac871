import { describeWithRedisServers } from '../../support/redis-servers';
import { ReplicasOnOwnRedis } from '../../support/replicas-on-own-redis';
import { describeWithPostgres, describeWithRedis } from '../../support/services';

const REPLICAS = 2;
const LIMIT = 12;
const SHARE = LIMIT / REPLICAS;

describeWithPostgres('two replicas', () => {
  describeWithRedis('that share PostgreSQL and Redis', () => {
    describeWithRedisServers('which can be stopped', () => {
      let kit: ReplicasOnOwnRedis;

      beforeAll(async () => {
        kit = await ReplicasOnOwnRedis.start(REPLICAS);
      }, 280_000);
      afterAll(() => kit.stop(), 60_000);

      const newKey = async (): Promise<string> => {
        const made = await kit
          .replica(0)
          .post('/v1/api-keys', { name: 'limited', limits: { requests_per_minute: LIMIT } });
        return String(made.body['key']);
      };
      /** How many of so many requests a replica lets pass; the others are refused with 429. */
      const passes = async (index: number, count: number, key: string): Promise<number> => {
        const answers = await Promise.all(
          Array.from({ length: count }, () => kit.replica(index).get('/v1/models', { key })),
        );
        const passed = answers.filter(({ status }) => status === 200).length;
        expect(answers.filter(({ status }) => status === 429)).toHaveLength(count - passed);
        return passed;
      };

      it('rate limits × Redis down: each replica lets its share pass, and the shared counters go on from there', async () => {
        await kit.allKnowEachOther();
        const key = await newKey();
        // Known before the outage, so that the database is not asked a first time.
        for (let index = 0; index < REPLICAS; index++) expect(await passes(index, 1, key)).toBe(1);
        await kit.stopRedis();

        expect(await passes(0, 20, key)).toBe(SHARE - 1);
        expect(await passes(1, 3, key)).toBe(3);
        const counted = await kit.metric(0, 'modelmuxer_rate_limit_shares_total{outcome="refused"}');
        expect(counted).toBe(20 - (SHARE - 1));

        await kit.restartRedis();
        await kit.allKnowEachOther();
        // The restarted server is empty: five and three are carried over.
        expect(await passes(0, 1, key)).toBe(1);
        expect(await passes(1, 1, key)).toBe(1);
        expect(await passes(0, 20, key)).toBe(LIMIT - 5 - 3 - 2);
      }, 90_000);

      it('rate limits × both down: each replica lets its share pass to callers it knows', async () => {
        await kit.allKnowEachOther();
        const key = await newKey();
        for (let index = 0; index < REPLICAS; index++) expect(await passes(index, 1, key)).toBe(1);
        kit.database.cut();
        await kit.stopRedis();
        try {
          expect(await passes(0, 20, key)).toBe(SHARE - 1);
          expect(await passes(1, 20, key)).toBe(SHARE - 1);
        } finally {
          kit.database.restore();
          await kit.restartRedis();
        }
      }, 90_000);
    });
  });
});
