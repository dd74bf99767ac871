import { CostKit } from '../../../test/support/cost-kit';
import type { BudgetLine } from '../../quota/quota-store';
import { RequestHold, type LegRequest, type Taken } from './request-hold';

const LIMIT = 10_000n;

async function fixture() {
  const kit = new CostKit();
  await kit.store.load('org_1', []);
  const budget: BudgetLine = {
    counter: 'c',
    limitNanoUsd: LIMIT,
    mode: 'enforce',
    windowEndsAtMs: kit.clock.now() + 86_400_000,
  };
  const budgets = { for: () => [budget], sameFor: () => true };
  const owner = { requestId: 'req_1', userId: 'usr_1', projectId: null, apiKeyId: null, heldAtMs: 0 };
  const terms = {
    organizationId: 'org_1',
    budgets,
    tokenLimits: [],
    owner,
    lender: { lend: () => Promise.resolve(undefined) },
    holdMs: 1_000,
  };
  const hold = new RequestHold(kit.store, terms, kit.clock.now());
  const counter = async () => {
    const [state] = await kit.store.readCounters('org_1', ['c']);
    return { spent: state?.spentNanoUsd, held: state?.heldNanoUsd };
  };
  return { kit, hold, counter };
}

function call(amountNanoUsd: bigint): LegRequest {
  return { target: { provider: 'demo', model: 'demo-small' }, amountNanoUsd, tokens: 10 };
}

const took = (costNanoUsd: bigint): Taken => ({ costNanoUsd, tokens: 5 });

describe('RequestHold', () => {
  it('takes the amount on every budget and knows what is left', async () => {
    const { kit, hold, counter } = await fixture();

    await hold.take(call(4_000n), kit.clock.now());

    expect(hold.amountNanoUsd).toBe(4_000n);
    expect(hold.remainingNanoUsd).toBe(6_000n);
    await expect(counter()).resolves.toEqual({ spent: 0n, held: 4_000n });
  });

  it('holds nothing when the amount does not fit', async () => {
    const { kit, hold, counter } = await fixture();

    const outcome = await hold.take(call(10_001n), kit.clock.now());

    expect(outcome.kind).toBe('over_budget');
    expect(hold.amountNanoUsd).toBe(0n);
    await expect(counter()).resolves.toMatchObject({ held: 0n });
  });

  it('is nothing any more when the next call does not fit, and what was taken is booked', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());

    const outcome = await hold.take(call(9_001n), kit.clock.now(), took(1_000n));

    expect(outcome.kind).toBe('over_budget');
    expect(hold.amountNanoUsd).toBe(0n);
    expect(hold.covers(call(1n), took(1_000n))).toBe(false);
    await expect(counter()).resolves.toEqual({ spent: 1_000n, held: 0n });
  });

  it.each([
    ['less than its first call took', 1_000n, 1_000n],
    ['something in both calls', 1_000n, 4_500n],
    ['more than was reserved', 1_000n, 9_999n],
    ['nothing', 0n, 0n],
  ])('spends %s, once, and gives the rest back', async (_, first, total) => {
    const { kit, hold, counter } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());
    await hold.take(call(4_000n), kit.clock.now(), took(first));

    await hold.settle(took(total));
    await hold.settle(took(total));

    await expect(counter()).resolves.toEqual({ spent: total, held: 0n });
    expect(hold.isSettled).toBe(true);
  });

  it('covers a repetition for as long as what was taken leaves room for it', async () => {
    const { kit, hold } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());

    expect(hold.covers(call(4_000n), took(0n))).toBe(true);
    expect(hold.covers(call(4_000n), took(1n))).toBe(false);
    expect(hold.covers(call(1_000n), took(3_000n))).toBe(true);
  });

  it('names the reservation under which the next call is booked', async () => {
    const { kit, hold } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());
    const first = hold.holdId;
    await hold.take(call(4_000n), kit.clock.now(), took(2_000n));

    expect(hold.holdId).not.toBe(first);
    expect(kit.store.holds.at(-1)).toMatchObject({
      holdId: hold.holdId,
      replaces: { holdId: first, actualNanoUsd: 2_000n },
    });
  });

  it('ends every reservation exactly once when the store goes away in between', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());
    kit.store.isAway = true;
    await expect(hold.take(call(4_000n), kit.clock.now(), took(1_000n))).rejects.toThrow('away');
    await expect(hold.settle(took(1_000n))).rejects.toThrow('away');
    kit.store.isAway = false;

    await hold.settle(took(1_000n));

    await expect(counter()).resolves.toEqual({ spent: 1_000n, held: 0n });
  });

  it('posts the difference when it settles after it expired and was charged', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());
    kit.clock.advance(1_001);
    await kit.store.expireDue('org_1', kit.clock.now(), 10);

    const charged = await counter();
    await hold.settle(took(1_000n));

    expect(charged).toEqual({ spent: 4_000n, held: 0n });
    await expect(counter()).resolves.toEqual({ spent: 1_000n, held: 0n });
  });

  it('lives on after its expiry when it was renewed', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());
    kit.clock.advance(900);
    await hold.renew(kit.clock.now());
    kit.clock.advance(900);

    await expect(kit.store.expireDue('org_1', kit.clock.now(), 10)).resolves.toEqual([]);
    await expect(counter()).resolves.toEqual({ spent: 0n, held: 4_000n });
  });

  it('puts itself back into a store that lost it, even where it no longer fits, and settles there once', async () => {
    const { kit, hold } = await fixture();
    await hold.take(call(4_000n), kit.clock.now());
    const { store: fresh } = new CostKit();
    const seed = { counter: 'c', spentNanoUsd: 9_000n, windowEndsAtMs: kit.clock.now() + 1_000 };
    jest.spyOn(kit.store, 'settle').mockImplementation((request) => fresh.settle(request));
    await expect(hold.settle(took(500n))).rejects.toThrow('rebuilt');

    await fresh.load('org_1', [seed], hold.toLiveHolds(kit.clock.now()));
    const [reposted] = await fresh.readCounters('org_1', ['c']);
    await hold.settle(took(500n));
    const [settled] = await fresh.readCounters('org_1', ['c']);

    expect(reposted).toMatchObject({ spentNanoUsd: 9_000n, heldNanoUsd: 4_000n });
    expect(settled).toMatchObject({ spentNanoUsd: 9_500n, heldNanoUsd: 0n });
  });
});
