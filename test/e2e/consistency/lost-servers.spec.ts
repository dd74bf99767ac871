import { newApiKey } from '../../../src/auth/api-key';
import { RedisKeyValueCache } from '../../../src/platform/key-value-cache/redis-key-value-cache';
import type { RedisConnection } from '../../../src/platform/redis/redis-connection';
import type { TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import { describeWithOwnServers } from '../../support/own-servers';
import { connectRedis } from '../../support/redis';
import { FaultBench, LIMIT_MS, type RunningCalls } from './fault-bench';

const LIMITED = 4;

/**
 * The columns "Redis down", "PostgreSQL down" and "both down" of docs/consistency.md: real servers are stopped and
 * started again, Redis empty. Tests are named after their cells and follow each other within an outage.
 */
describeWithOwnServers('consistency contract', () => {
  let bench: FaultBench;
  let connection: RedisConnection;
  let cache: RedisKeyValueCache;

  beforeAll(async () => {
    bench = await FaultBench.start();
    connection = await connectRedis({ REDIS_URL: bench.servers.redisUrl });
    cache = new RedisKeyValueCache(connection.commands, connection.keyPrefix);
  }, LIMIT_MS);
  afterAll(async () => {
    await connection.close();
    await bench.stop();
  }, LIMIT_MS);

  /** What a key gets from a route that asks nobody else. */
  const outcome = async (app: TestApp, key: string): Promise<number> =>
    (await app.get('/v1/models', { key })).status;
  const revoke = async (app: TestApp, id: string): Promise<number> =>
    (await app.request('DELETE', `/v1/api-keys/${id}`)).status;
  /** A key that both replicas have just seen. */
  async function knownKey(options: Readonly<Record<string, unknown>> = {}): Promise<KeyPair> {
    const made = await bench.first.createKey(options);
    // A replica leaves a database alone for a moment that did not answer.
    for (const replica of [bench.first, bench.second])
      await eventually(async () => expect(await outcome(replica, made.key)).toBe(200));
    return made;
  }
  async function expectAMiss(): Promise<void> {
    await expect(cache.get('known')).resolves.toBeUndefined();
    await expect(cache.set('other', Buffer.from('x'), 60_000)).resolves.toBeUndefined();
    await expect(cache.delete('known')).resolves.toBeUndefined();
  }
  async function expectAHit(key: string): Promise<void> {
    await eventually(async () => {
      await cache.set(key, Buffer.from('x'), 60_000);
      expect(await cache.get(key)).toEqual(Buffer.from('x'));
    });
  }

  describe('while Redis is down', () => {
    let running: RunningCalls;

    beforeAll(async () => {
      await expectAHit('known');
      running = await bench.lose(['redis'], 'redis.down');
    }, LIMIT_MS);

    it(
      'authentication × Redis down: unaffected, the database decides',
      async () => {
        const { key } = await knownKey();

        expect(await outcome(bench.first, key)).toBe(200);
        expect(await outcome(bench.first, newApiKey())).toBe(401);
      },
      LIMIT_MS,
    );

    it(
      'revocation × Redis down: other replicas notice when what they remember of the key has run out',
      async () => {
        const { id, key } = await knownKey();

        expect(await revoke(bench.first, id)).toBeLessThan(300);

        expect(await outcome(bench.first, key)).toBe(401);
        await eventually(async () => expect(await outcome(bench.second, key)).toBe(401));
      },
      LIMIT_MS,
    );

    it('cache × Redis down: a miss, and nobody fails', expectAMiss, LIMIT_MS);

    it(
      'usage records × Redis down: the outbox keeps them until Redis is back, empty',
      async () => {
        const statuses = await running.finish();
        const kept = bench.unshipped;
        await bench.servers.resume('redis');

        expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
        expect(kept).toBeGreaterThanOrEqual(statuses.length);
        await bench.books();
      },
      LIMIT_MS,
    );

    it('audit × Redis down: the outbox keeps the events', () => bench.trail(), LIMIT_MS);
  });

  describe('while PostgreSQL is down', () => {
    let running: RunningCalls;
    let known: KeyPair;
    let unused: KeyPair;
    let bounded: KeyPair;
    let limited: KeyPair;

    beforeAll(async () => {
      unused = await bench.first.createKey();
      bounded = await knownKey({ budget: { budget_type: 'daily', budget_limit: 0.01 } });
      limited = await knownKey({ limits: { requests_per_minute: LIMITED } });
      known = await knownKey();
      running = await bench.lose(['postgres'], 'postgres.down');
    }, LIMIT_MS);

    it(
      'authentication × PostgreSQL down: known keys keep working up to the stale limit, unknown ones get 503',
      async () => {
        const { first, second } = bench;
        const statuses = await Promise.all(
          [known.key, unused.key, newApiKey(), 'junk'].map((key) => outcome(first, key)),
        );

        expect(statuses).toEqual([200, 503, 503, 401]);
        expect((await first.get('/v1/models', { key: unused.key })).headers.get('retry-after')).toBe('1');
        await eventually(async () => expect(await outcome(second, known.key)).toBe(503));
        expect(await outcome(first, known.key)).toBe(200);
      },
      LIMIT_MS,
    );

    it(
      'revocation × PostgreSQL down: management writes are refused, so no key counts as revoked that is not',
      async () => {
        expect(await revoke(bench.first, known.id)).toBe(503);
        expect((await bench.first.post('/v1/api-keys', { name: 'in vain' })).status).toBe(503);
        expect(await outcome(bench.first, known.key)).toBe(200);
      },
      LIMIT_MS,
    );

    it(
      'budgets × PostgreSQL down: unaffected, ten of thirty requests fit on a budget for ten',
      async () => {
        const statuses = await Promise.all(Array.from({ length: 30 }, () => bench.ask(bounded.key, 1_000)));

        expect(statuses.filter((status) => status === 200)).toHaveLength(10);
        expect(statuses.filter((status) => status === 402)).toHaveLength(20);
      },
      LIMIT_MS,
    );

    it(
      'rate limits × PostgreSQL down: unaffected, no request above the limit passes',
      async () => {
        const statuses = await Promise.all(
          Array.from({ length: 10 }, () => outcome(bench.first, limited.key)),
        );

        // Each replica was asked once before.
        expect(statuses.filter((status) => status === 200)).toHaveLength(LIMITED - 2);
        expect(statuses.filter((status) => status === 429)).toHaveLength(10 - (LIMITED - 2));
      },
      LIMIT_MS,
    );

    it('cache × PostgreSQL down: unaffected', () => expectAHit('without database'), LIMIT_MS);

    it(
      'usage records × PostgreSQL down: outbox and queue keep them',
      async () => {
        expect(await running.finish()).toEqual([200, 200, 200, 200, 200, 200]);
        await bench.servers.resume('postgres');

        await bench.books();
      },
      LIMIT_MS,
    );

    it('audit × PostgreSQL down: outbox and queue keep the events', () => bench.trail(), LIMIT_MS);
  });

  describe('while both are down', () => {
    let running: RunningCalls;
    let known: KeyPair;
    let revoked: KeyPair;

    beforeAll(async () => {
      known = await knownKey();
      running = await bench.lose(['redis'], 'both.down');
      revoked = await knownKey();
      // The message about it reaches nobody, and the second replica cannot ask any more.
      expect(await revoke(bench.first, revoked.id)).toBeLessThan(300);
      await bench.servers.halt('postgres');
    }, LIMIT_MS);

    it(
      'authentication × both down: known keys keep working up to the stale limit, unknown ones get 503',
      async () => {
        expect(await outcome(bench.first, known.key)).toBe(200);
        expect(await outcome(bench.first, newApiKey())).toBe(503);
        await eventually(async () => expect(await outcome(bench.second, known.key)).toBe(503));
      },
      LIMIT_MS,
    );

    it(
      'revocation × both down: a key revoked before works nowhere longer than the stale limit',
      async () => {
        expect(await outcome(bench.first, revoked.key)).toBe(503);
        await eventually(async () => expect(await outcome(bench.second, revoked.key)).not.toBe(200));
        expect(await outcome(bench.second, revoked.key)).not.toBe(200);
      },
      LIMIT_MS,
    );

    it('cache × both down: a miss, and nobody fails', expectAMiss, LIMIT_MS);

    it(
      'usage records × both down: the outbox keeps them',
      async () => {
        const statuses = await running.finish();
        const kept = bench.unshipped;
        await bench.servers.resume('redis', 'postgres');

        expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
        expect(kept).toBeGreaterThanOrEqual(statuses.length);
        await bench.books();
        await eventually(async () => expect(await outcome(bench.second, revoked.key)).toBe(401));
      },
      LIMIT_MS,
    );

    it('audit × both down: the outbox keeps the events', () => bench.trail(), LIMIT_MS);
  });
});

interface KeyPair {
  readonly id: string;
  readonly key: string;
}
