import { FakeClock } from '../../test/support/fake-clock';
import { ExpiringMemory } from './expiring-memory';
import { InProcessQuotaStore } from './in-process-quota-store';
import { SweepingMap } from './sweeping-map';

describe('SweepingMap', () => {
  it('forgets stale entries while new ones come, and keeps fresh ones', () => {
    let now = 0;
    const map = new SweepingMap<number>((until) => until <= now);
    map.set('fresh', Number.POSITIVE_INFINITY);
    for (; now < 10_000; now++) map.set(`key ${now}`, now + 10);

    expect(map.size).toBeLessThan(100);
    expect(map.get('fresh')).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('ExpiringMemory', () => {
  it('keeps neither more than its number nor longer than its time', () => {
    const memory = new ExpiringMemory<number>(100, 3);
    for (let i = 0; i < 10; i++) memory.add(`key ${i}`, i, 0);

    expect(memory.get('key 6', 0)).toBeUndefined();
    expect(memory.get('key 7', 0)).toBe(7);
    expect(memory.get('key 9', 99)).toBe(9);
    expect(memory.get('key 9', 100)).toBeUndefined();
  });
});

describe('InProcessQuotaStore', () => {
  it('never forgets a rate window that is in use, however many others come and go', async () => {
    const clock = new FakeClock();
    const store = new InProcessQuotaStore(clock);
    const take = (counter: string) =>
      store.takeRequest({
        organizationId: 'org_1',
        nowMs: clock.now(),
        lines: [{ counter, limit: 10, windowMs: 60_000 }],
      });
    let passed = 0;
    for (let second = 0; second < 600; second++) {
      clock.advance(1_000);
      if ((await take('steady')).allowed) passed += 1;
      for (let other = 0; other < 5; other++) await take(`passer-by ${second} ${other}`);
    }

    expect(passed).toBeLessThanOrEqual(100);
    expect(passed).toBeGreaterThanOrEqual(90);
  });
});
