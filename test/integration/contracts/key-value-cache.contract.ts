import { setTimeout } from 'node:timers/promises';
import type { KeyValueCache } from '../../../src/platform/key-value-cache/key-value-cache';

/** What every KeyValueCache promises; run against each implementation. */
export function itKeepsTheCacheContract(create: () => KeyValueCache): void {
  let cache: KeyValueCache;

  beforeEach(() => {
    cache = create();
  });

  it('gives back the bytes it was given, until they are replaced or deleted', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await cache.set('bytes', bytes, 60_000);
    await expect(cache.get('bytes')).resolves.toEqual(bytes);
    await cache.set('bytes', Buffer.alloc(0), 60_000);
    await expect(cache.get('bytes')).resolves.toEqual(Buffer.alloc(0));
    await cache.delete('bytes');
    await expect(cache.get('bytes')).resolves.toBeUndefined();
    await cache.delete('bytes');
  });

  it('forgets after the time to live, and a time of zero at once', async () => {
    await cache.set('short', Buffer.from('x'), 30);
    await cache.set('long', Buffer.from('y'), 60_000);
    await setTimeout(45);
    await expect(cache.get('short')).resolves.toBeUndefined();
    await expect(cache.get('long')).resolves.toEqual(Buffer.from('y'));
    await cache.set('long', Buffer.from('z'), 0);
    await expect(cache.get('long')).resolves.toBeUndefined();
  });
}
