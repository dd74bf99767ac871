import { Logger } from '@nestjs/common';
import { SystemClock } from '../../../src/common/clock';
import { RedisKeyValueCache } from '../../../src/platform/key-value-cache/redis-key-value-cache';
import { RedisPubSub } from '../../../src/platform/pub-sub/redis-pub-sub';
import type { RedisConnection } from '../../../src/platform/redis/redis-connection';
import { RedisQuotaStore } from '../../../src/quota/redis-quota-store';
import { eventually } from '../../support/eventually';
import { FakeClock } from '../../support/fake-clock';
import { connectRedis } from '../../support/redis';
import { describeWithRedisServers, RedisServers } from '../../support/redis-servers';
import { itKeepsTheCacheContract } from './key-value-cache.contract';
import { itKeepsThePubSubContract, RecordingSubscriber } from './pub-sub.contract';
import { itKeepsTheQuotaContract, type QuotaStoreUnderTest } from './quota-store.contract';
import { itKeepsTheRateLimitContract } from './rate-limit.contract';

beforeAll(() => {
  Logger.overrideLogger(false);
});

function itKeepsEveryContract(current: () => { connection: RedisConnection; pubSub: RedisPubSub }): void {
  const createStore = (): QuotaStoreUnderTest => {
    const clock = new FakeClock();
    const { commands: client, keyPrefix } = current().connection;
    return { clock, store: new RedisQuotaStore({ client, keyPrefix, clock, timeSource: 'caller' }) };
  };
  itKeepsTheQuotaContract(createStore);
  itKeepsTheRateLimitContract(createStore);
  itKeepsThePubSubContract(() => current().pubSub);
  itKeepsTheCacheContract(
    () => new RedisKeyValueCache(current().connection.commands, current().connection.keyPrefix),
  );
}

describeWithRedisServers('Redis Cluster', () => {
  const servers = new RedisServers();
  let connection: RedisConnection;
  let pubSub: RedisPubSub;

  beforeAll(async () => {
    const ports = await servers.startCluster();
    const seeds = ports.map((port) => `127.0.0.1:${port}`).join(',');
    connection = await connectRedis({ REDIS_URL: `redis://${seeds}`, REDIS_MODE: 'cluster' });
    pubSub = new RedisPubSub(connection);
    await eventually(() => expect([connection.isReady, pubSub.connected]).toEqual([true, true]));
  }, 60_000);
  afterAll(async () => {
    pubSub.onModuleDestroy();
    await connection.close();
  });
  afterAll(() => servers.stop());

  itKeepsEveryContract(() => ({ connection, pubSub }));
});

describeWithRedisServers('Redis Sentinel', () => {
  const servers = new RedisServers();
  let connection: RedisConnection;
  let pubSub: RedisPubSub;
  let masterPort: number;

  beforeAll(async () => {
    const started = await servers.startSentinel();
    masterPort = started.masterPort;
    connection = await connectRedis({
      REDIS_URL: `redis://127.0.0.1:${started.sentinelPort}`,
      REDIS_MODE: 'sentinel',
    });
    pubSub = new RedisPubSub(connection);
    await eventually(() => expect([connection.isReady, pubSub.connected]).toEqual([true, true]));
  }, 60_000);
  afterAll(async () => {
    pubSub.onModuleDestroy();
    await connection.close();
  });
  afterAll(() => servers.stop());

  itKeepsEveryContract(() => ({ connection, pubSub }));

  it('goes on with the replica after the master crashed, with counters that are loaded anew; in between requests fail in time', async () => {
    const { commands: client, keyPrefix } = connection;
    const store = new RedisQuotaStore({ client, keyPrefix, clock: new SystemClock() });
    const subscriber = new RecordingSubscriber();
    await pubSub.subscribe('failover', subscriber);
    const spent = [{ counter: 'day', spentNanoUsd: 7n, windowEndsAtMs: Date.now() + 3_600_000 }];
    await store.load('org_1', spent);
    await client.call('WAIT', '1', '5000');

    await servers.kill(masterPort);
    await eventually(() => expect(connection.isReady).toBe(false));
    await expect(store.readCounters('org_1', ['day'])).rejects.toMatchObject({ code: 'store_unavailable' });

    await eventually(() => expect([connection.isReady, pubSub.connected]).toEqual([true, true]), 25_000);
    // What the crashed master knew and the replica does not is in the ledger: a new server begins a new generation.
    await eventually(async () => expect(await store.load('org_1', spent)).toBe(true), 5_000);
    expect(await store.load('org_1', [])).toBe(false);
    await expect(store.readCounters('org_1', ['day'])).resolves.toMatchObject([{ spentNanoUsd: 7n }]);
    expect(subscriber.gaps).toBeGreaterThan(0);
  }, 60_000);
});
