import { setTimeout as sleep } from 'node:timers/promises';
import { Clock } from '../common/clock';
import { RevalidatingCache } from './revalidating-cache';

class ManualClock extends Clock {
  ms = 1_000_000;
  now(): number {
    return this.ms;
  }
  monotonic(): number {
    return this.ms;
  }
}

const OPTIONS = { ttlMs: 5_000, staleMs: 300_000, maxEntries: 3, loadTimeoutMs: 50 };
const down = (): Promise<never> => Promise.reject(new Error('connection refused'));

function setUp(): { clock: ManualClock; cache: RevalidatingCache<string> } {
  const clock = new ManualClock();
  return { clock, cache: new RevalidatingCache<string>(clock, OPTIONS) };
}

describe('RevalidatingCache', () => {
  it('trusts a value for its lifetime and not a moment longer', async () => {
    const { clock, cache } = setUp();
    await cache.load('a', async () => 'one');

    clock.ms += 4_999;
    expect(cache.peek('a')).toBe('one');
    clock.ms += 1;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('shares one look-up among concurrent misses', async () => {
    const { cache } = setUp();
    const look = jest.fn(async () => 'one');

    const found = await Promise.all(Array.from({ length: 50 }, () => cache.load('a', look)));

    expect(new Set(found)).toEqual(new Set(['one']));
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('remembers an absence, without letting guesses push known entries out', async () => {
    const { cache } = setUp();
    await cache.load('known', async () => 'one');

    for (let guess = 0; guess < 100; guess += 1) await cache.load(`guess ${guess}`, async () => null);

    expect(cache.peek('known')).toBe('one');
    expect(cache.peek('guess 99')).toBeNull();
    expect(cache.peek('guess 0')).toBeUndefined();
  });

  it('is bounded', async () => {
    const { cache } = setUp();

    for (let index = 0; index < 10; index += 1) await cache.load(`key ${index}`, async () => 'value');

    expect(cache.size).toBe(3);
    expect(cache.peek('key 9')).toBe('value');
  });

  it('keeps known entries working through an outage up to the stale limit, then says unavailable', async () => {
    const { clock, cache } = setUp();
    await cache.load('a', async () => 'one');

    clock.ms += 299_000;
    await expect(cache.load('a', down)).resolves.toBe('one');
    clock.ms += 2_000;
    await expect(cache.load('a', down)).rejects.toMatchObject({
      code: 'store_unavailable',
      category: 'unavailable',
    });
  });

  it('answers unavailable, never absent, for an unknown entry during an outage', async () => {
    const { cache } = setUp();

    await expect(cache.load('a', down)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(cache.peek('a')).toBeUndefined();
  });

  it('leaves a failed store alone for a second, and a hanging one after the deadline', async () => {
    const { clock, cache } = setUp();
    const hang = jest.fn(() => new Promise<string>(() => undefined));

    await expect(cache.load('a', hang)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(cache.load('b', hang)).rejects.toMatchObject({ code: 'store_unavailable' });
    clock.ms += 1_001;
    await expect(cache.load('b', async () => 'back')).resolves.toBe('back');

    expect(hang).toHaveBeenCalledTimes(1);
  });

  it('refuses an invalidated entry although it was fresh', async () => {
    const { cache } = setUp();
    await cache.load('a', async () => 'one');

    cache.invalidate((value) => value === 'one');

    expect(cache.peek('a')).toBeUndefined();
    await expect(cache.load('a', down)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('looks again when an invalidation arrives while a look-up is under way', async () => {
    const { cache } = setUp();
    const answers: (string | null)[] = ['before the change', null];
    const look = async (): Promise<string | null> => {
      const answer = answers.shift() ?? null;
      await sleep(5);
      return answer;
    };

    const loading = cache.load('a', look);
    cache.invalidate(() => false);

    await expect(loading).resolves.toBeNull();
    expect(cache.peek('a')).toBeNull();
  });

  it('looks again at everything after missed messages, but survives an outage on what it had', async () => {
    const { cache } = setUp();
    await cache.load('a', async () => 'one');

    cache.expireAll();

    expect(cache.peek('a')).toBeUndefined();
    await expect(cache.load('a', down)).resolves.toBe('one');
  });
});
