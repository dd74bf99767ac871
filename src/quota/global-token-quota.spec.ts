import { FakeClock } from '../../test/support/fake-clock';
import { storeUnavailable } from '../platform/redis/redis.errors';
import { GLOBAL_SCOPE } from './caller-rates';
import { GlobalTokenQuota } from './global-token-quota';
import { InProcessQuotaStore } from './in-process-quota-store';
import type { HoldOutcome, HoldRequest } from './quota-store';

/** Goes away after the first of the two steps of a hold. */
class HalfAwayStore extends InProcessQuotaStore {
  isAway = false;

  override async hold(request: HoldRequest): Promise<HoldOutcome> {
    if (this.isAway && request.organizationId === GLOBAL_SCOPE) throw storeUnavailable('test', undefined);
    return super.hold(request);
  }
}

describe('GlobalTokenQuota', () => {
  const clock = new FakeClock();
  const line = {
    counter: 'day',
    limitNanoUsd: 100n,
    mode: 'enforce',
    windowEndsAtMs: clock.now() + 1,
  } as const;
  const request = (holdId: string, tokens: number): HoldRequest => ({
    organizationId: 'org_1',
    holdId,
    amountNanoUsd: 10n,
    tokens,
    budgets: [line],
    tokenLimits: [],
    expiresAtMs: clock.now() + 60_000,
    note: '',
  });

  it('keeps nothing of a hold that the installation refused, or whose second step failed', async () => {
    const store = new HalfAwayStore(clock);
    await store.load('org_1', []);
    const quota = new GlobalTokenQuota(store, [{ counter: 'all', limit: 50, windowMs: 60_000 }]);

    await expect(quota.hold(request('hold_1', 51))).resolves.toMatchObject({ kind: 'over_tokens' });
    store.isAway = true;
    await expect(quota.hold(request('hold_2', 1))).rejects.toMatchObject({ code: 'store_unavailable' });

    await expect(quota.readCounters('org_1', ['day'])).resolves.toMatchObject([
      { spentNanoUsd: 0n, heldNanoUsd: 0n },
    ]);
    store.isAway = false;
    await expect(quota.hold(request('hold_3', 50))).resolves.toMatchObject({ kind: 'held' });
  });
});
