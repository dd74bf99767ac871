import type { QuotaStore, RateLine } from '../../../src/quota/quota-store';
import type { FakeClock } from '../../support/fake-clock';
import { uniqueOrganization, type QuotaStoreUnderTest } from './quota-store.contract';

/** What every QuotaStore promises about request limits; run against each implementation. */
export function itKeepsTheRateLimitContract(create: () => QuotaStoreUnderTest): void {
  let store: QuotaStore;
  let clock: FakeClock;
  let organizationId: string;

  beforeEach(() => {
    ({ store, clock } = create());
    organizationId = uniqueOrganization();
  });

  describe('takeRequest', () => {
    const line = (limit: number, counter = 'requests', windowMs = 60_000): RateLine => ({
      counter,
      limit,
      windowMs,
    });
    const take = (...lines: RateLine[]) => store.takeRequest({ organizationId, lines, nowMs: clock.now() });

    it('lets the limit through in any window and says when the next one passes', async () => {
      await expect(take(line(2))).resolves.toEqual({
        allowed: true,
        limit: 2,
        remaining: 1,
        resetMs: 60_000,
        line: line(2),
      });
      clock.advance(10_000);
      await expect(take(line(2))).resolves.toEqual({
        allowed: true,
        limit: 2,
        remaining: 0,
        resetMs: 60_000,
        line: line(2),
      });
      clock.advance(1_000);

      const refusal = await take(line(2));
      expect(refusal).toEqual({ allowed: false, limit: 2, remaining: 0, resetMs: 49_000, line: line(2) });
      clock.advance(refusal.resetMs - 1);
      await expect(take(line(2))).resolves.toMatchObject({ allowed: false, resetMs: 1 });
      clock.advance(1);
      await expect(take(line(2))).resolves.toMatchObject({ allowed: true, remaining: 0 });
    });

    it('counts what was let through without it, whether the request then passes or not', async () => {
      const carrying = (...carried: number[]) =>
        store.takeRequest({
          organizationId,
          lines: [line(9, 'one'), line(5, 'two')],
          nowMs: clock.now(),
          carried,
        });

      await expect(carrying(2, 0)).resolves.toMatchObject({ allowed: true, remaining: 4 });
      await expect(carrying(0, 4)).resolves.toMatchObject({ allowed: false, line: line(5, 'two') });
      await expect(take(line(9, 'one'))).resolves.toMatchObject({ allowed: true, remaining: 5 });
    });

    it('takes from all lines or from none, and names the tightest', async () => {
      await expect(take(line(5, 'key'), line(3, 'user'))).resolves.toMatchObject({
        allowed: true,
        limit: 3,
        remaining: 2,
      });
      await take(line(3, 'user'));
      await take(line(3, 'user'));
      await expect(take(line(5, 'key'), line(3, 'user'))).resolves.toMatchObject({
        allowed: false,
        limit: 3,
      });
      await expect(take(line(5, 'key'))).resolves.toMatchObject({ allowed: true, remaining: 3 });
    });

    it('lets exactly the limit through among 200 at once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, () => take(line(60), line(1_000, 'user'))),
      );

      expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(60);
    });

    it('never passes a limit of zero, and always passes without lines', async () => {
      await expect(take(line(0))).resolves.toEqual({
        allowed: false,
        limit: 0,
        remaining: 0,
        resetMs: 60_000,
        line: line(0),
      });
      await expect(take()).resolves.toMatchObject({ allowed: true });
    });

    it('never lets more than the limit into any window, whatever the arrival', async () => {
      const passed: number[] = [];
      for (let i = 0; i < 150; i++) {
        clock.advance((i * 7919) % 1_300);
        if ((await take(line(7, 'steady', 10_000))).allowed) passed.push(clock.now());
      }
      const worst = Math.max(
        ...passed.map((at) => passed.filter((other) => other > at - 10_000 && other <= at).length),
      );

      expect(worst).toBe(7);
      expect(passed.length).toBeGreaterThan(40);
    });
  });
}
