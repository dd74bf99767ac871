import { SystemClock } from '../../../src/common/clock';
import { InProcessKeyValueCache } from '../../../src/platform/key-value-cache/in-process-key-value-cache';
import { RedisKeyValueCache } from '../../../src/platform/key-value-cache/redis-key-value-cache';
import type { RedisConnection } from '../../../src/platform/redis/redis-connection';
import { eventually } from '../../support/eventually';
import { connectTestRedis, connectThroughProxy } from '../../support/redis';
import { describeWithRedis } from '../../support/services';
import { itKeepsTheCacheContract } from './key-value-cache.contract';

describe('InProcessKeyValueCache', () => {
  itKeepsTheCacheContract(
    () => new InProcessKeyValueCache({ maxBytes: 1e6, maxEntries: 100 }, new SystemClock()),
  );

  it('drops the least recently used entry first and never exceeds its entries', async () => {
    const cache = new InProcessKeyValueCache({ maxBytes: 1e6, maxEntries: 2 }, new SystemClock());
    await cache.set('a', Buffer.from('a'), 60_000);
    await cache.set('b', Buffer.from('b'), 60_000);
    await cache.get('a');
    await cache.set('c', Buffer.from('c'), 60_000);

    await expect(cache.get('b')).resolves.toBeUndefined();
    await expect(cache.get('a')).resolves.toEqual(Buffer.from('a'));
  });

  it('never exceeds its bytes, and refuses a value that would fill much of it', async () => {
    const cache = new InProcessKeyValueCache({ maxBytes: 10_000, maxEntries: 1_000 }, new SystemClock());
    for (let i = 0; i < 100; i++) await cache.set(`key ${i}`, Buffer.alloc(500), 60_000);
    expect(cache.usedBytes).toBeLessThanOrEqual(10_000);
    await cache.set('huge', Buffer.alloc(5_000), 60_000);

    await expect(cache.get('huge')).resolves.toBeUndefined();
    await expect(cache.get('key 99')).resolves.toHaveLength(500);
  });
});

describeWithRedis('RedisKeyValueCache', () => {
  let connection: RedisConnection;

  beforeAll(async () => {
    connection = await connectTestRedis();
  });
  afterAll(() => connection.close());

  itKeepsTheCacheContract(() => new RedisKeyValueCache(connection.commands, connection.keyPrefix));

  it('is empty, but fails nobody, while Redis is silent or away', async () => {
    const { connection: shaky, proxy } = await connectThroughProxy({ REDIS_COMMAND_TIMEOUT_MS: '100' });
    const cache = new RedisKeyValueCache(shaky.commands, shaky.keyPrefix);
    await cache.set('known', Buffer.from('x'), 60_000);
    proxy.freeze();
    const started = performance.now();
    await expect(cache.get('known')).resolves.toBeUndefined();
    await cache.set('other', Buffer.from('x'), 1_000);
    await cache.delete('known');
    expect(performance.now() - started).toBeLessThan(1_000);

    proxy.cut();
    await eventually(() => expect(shaky.isReady).toBe(false));
    await expect(cache.get('known')).resolves.toBeUndefined();
    await shaky.close();
    await proxy.stop();
  });
});
