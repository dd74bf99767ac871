import { storeUnavailable } from '../platform/redis/redis.errors';
import { FakeClock } from '../../test/support/fake-clock';
import { silentMetrics } from '../../test/support/cost-kit';
import { loadConfig } from '../platform/config/load-config';
import { CallerRates } from './caller-rates';
import { InProcessQuotaStore } from './in-process-quota-store';
import type { RateLine, RateOutcome, RateRequest } from './quota-store';
import { RateLimiter } from './rate-limiter';
import { RateShares } from './rate-shares';
import { RateLimitsConfig } from './rate-limits.config';

const WINDOW_MS = 60_000;

/** Counters that several replicas share and that can be away. */
class SharedStore extends InProcessQuotaStore {
  override readonly isShared = true;
  isAway = false;

  override takeRequest(request: RateRequest): Promise<RateOutcome> {
    if (this.isAway) return Promise.reject(storeUnavailable('rate limit', undefined));
    return super.takeRequest(request);
  }
}

describe('RateLimiter with replicas that share counters', () => {
  let clock: FakeClock;
  let store: SharedStore;
  let known: { lastKnownCount: number | undefined };

  beforeEach(() => {
    clock = new FakeClock();
    store = new SharedStore(clock);
    known = { lastKnownCount: 3 };
  });

  const replica = (): RateLimiter =>
    new RateLimiter(
      store,
      new RateShares(
        clock,
        known as never,
        new CallerRates(loadConfig([RateLimitsConfig], {}).get(RateLimitsConfig)),
      ),
      silentMetrics(),
    );
  const line = (limit: number, counter = 'key'): RateLine => ({ counter, limit, windowMs: WINDOW_MS });
  const ask = (limiter: RateLimiter, ...lines: RateLine[]): Promise<RateOutcome> =>
    limiter.take({ organizationId: 'org_1', lines, nowMs: clock.now() });
  const passes = async (limiter: RateLimiter, asks: number, ...lines: RateLine[]): Promise<number> => {
    let passed = 0;
    for (let i = 0; i < asks; i++) if ((await ask(limiter, ...lines)).allowed) passed += 1;
    return passed;
  };

  it('lets each replica pass its part of a limit while the counters are away, together never more than the limit', async () => {
    store.isAway = true;

    for (const limiter of [replica(), replica(), replica()])
      await expect(passes(limiter, 50, line(100, 'user'), line(20))).resolves.toBe(6);
  });

  it('names the whole limit in a refusal by a part of it', async () => {
    store.isAway = true;
    const limiter = replica();
    await passes(limiter, 2, line(6));

    await expect(ask(limiter, line(6))).resolves.toEqual({
      allowed: false,
      limit: 6,
      remaining: 0,
      resetMs: WINDOW_MS,
      line: line(6),
    });
  });

  it('lets at least one request pass on each replica, so that a small limit locks nobody out', async () => {
    store.isAway = true;

    await expect(passes(replica(), 5, line(2))).resolves.toBe(1);
  });

  it('counts on the part what the replica let through before the counters were lost', async () => {
    const limiter = replica();
    await passes(limiter, 4, line(30));
    store.isAway = true;

    await expect(passes(limiter, 20, line(30))).resolves.toBe(6);
  });

  it('carries what passed meanwhile into the shared counters, once, when they are back', async () => {
    const [one, other] = [replica(), replica()];
    store.isAway = true;
    await passes(one, 50, line(30));
    await passes(other, 50, line(30));
    store.isAway = false;

    await expect(ask(one, line(30))).resolves.toMatchObject({ allowed: true, remaining: 19 });
    await expect(ask(other, line(30))).resolves.toMatchObject({ allowed: true, remaining: 8 });
    await expect(passes(one, 50, line(30))).resolves.toBe(8);
  });

  it('forgets what is to be carried once its window is over', async () => {
    const limiter = replica();
    store.isAway = true;
    await passes(limiter, 50, line(30));
    store.isAway = false;
    clock.advance(WINDOW_MS);

    await expect(ask(limiter, line(30))).resolves.toMatchObject({ allowed: true, remaining: 29 });
  });

  it('fails like the counters as long as it has never heard how many replicas there are', async () => {
    known.lastKnownCount = undefined;
    store.isAway = true;

    await expect(ask(replica(), line(30))).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
