import { CostKit } from '../../../test/support/cost-kit';
import type { BudgetLine } from '../../quota/quota-store';
import { RequestHold } from './request-hold';

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
  const terms = { organizationId: 'org_1', budgets: [budget], tokenLimits: [], note: 'req_1', holdMs: 1_000 };
  const hold = new RequestHold(kit.store, terms, kit.clock.now());
  const counter = async () => {
    const [state] = await kit.store.readCounters('org_1', ['c']);
    return { spent: state?.spentNanoUsd, held: state?.heldNanoUsd };
  };
  return { kit, hold, counter };
}

describe('RequestHold', () => {
  it('takes the amount on every budget and knows what is left', async () => {
    const { kit, hold, counter } = await fixture();

    await hold.take(4_000n, 10, kit.clock.now());

    expect(hold.amountNanoUsd).toBe(4_000n);
    expect(hold.remainingNanoUsd).toBe(6_000n);
    await expect(counter()).resolves.toEqual({ spent: 0n, held: 4_000n });
  });

  it('holds nothing when the amount does not fit', async () => {
    const { kit, hold, counter } = await fixture();

    const outcome = await hold.take(10_001n, 10, kit.clock.now());

    expect(outcome.kind).toBe('over_budget');
    expect(hold.amountNanoUsd).toBe(0n);
    await expect(counter()).resolves.toMatchObject({ held: 0n });
  });

  it('keeps what it has when a top-up does not fit', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(4_000n, 10, kit.clock.now());

    const outcome = await hold.take(6_001n, 10, kit.clock.now());

    expect(outcome.kind).toBe('over_budget');
    expect(hold.amountNanoUsd).toBe(4_000n);
    await expect(counter()).resolves.toMatchObject({ held: 4_000n });
  });

  it.each([
    ['less than its first part', 1_000n],
    ['exactly its first part', 4_000n],
    ['into its second part', 4_500n],
    ['all of it', 6_000n],
    ['more than all of it', 9_999n],
    ['nothing', 0n],
  ])('spends %s, once, and gives the rest back', async (_, actual) => {
    const { kit, hold, counter } = await fixture();
    await hold.take(4_000n, 10, kit.clock.now());
    await hold.take(2_000n, 10, kit.clock.now());

    await hold.settle(actual, 5);
    await hold.settle(actual, 5);

    await expect(counter()).resolves.toEqual({ spent: actual, held: 0n });
    expect(hold.isSettled).toBe(true);
  });

  it('settles every part exactly once when the store goes away in between', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(4_000n, 10, kit.clock.now());
    await hold.take(2_000n, 10, kit.clock.now());
    const settle = kit.store.settle.bind(kit.store);
    jest.spyOn(kit.store, 'settle').mockImplementationOnce(settle).mockRejectedValueOnce(new Error('away'));

    await expect(hold.settle(5_000n, 5)).rejects.toThrow('away');
    const between = await counter();
    await hold.settle(5_000n, 5);

    expect(between).toEqual({ spent: 4_000n, held: 2_000n });
    await expect(counter()).resolves.toEqual({ spent: 5_000n, held: 0n });
  });

  it('posts the difference when it settles after it expired and was charged', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(4_000n, 10, kit.clock.now());
    kit.clock.advance(1_001);
    await kit.store.expireDue('org_1', kit.clock.now(), 10);

    const charged = await counter();
    await hold.settle(1_000n, 5);

    expect(charged).toEqual({ spent: 4_000n, held: 0n });
    await expect(counter()).resolves.toEqual({ spent: 1_000n, held: 0n });
  });

  it('lives on after its expiry when it was renewed, all parts of it', async () => {
    const { kit, hold, counter } = await fixture();
    await hold.take(4_000n, 10, kit.clock.now());
    await hold.take(2_000n, 10, kit.clock.now());
    kit.clock.advance(900);
    await hold.renew(kit.clock.now());
    kit.clock.advance(900);

    await expect(kit.store.expireDue('org_1', kit.clock.now(), 10)).resolves.toEqual([]);
    await expect(counter()).resolves.toEqual({ spent: 0n, held: 6_000n });
  });

  it('puts itself back into a store that lost it, even where it no longer fits, and settles there once', async () => {
    const { kit, hold } = await fixture();
    await hold.take(4_000n, 10, kit.clock.now());
    const { store: fresh } = new CostKit();
    await fresh.load('org_1', [
      { counter: 'c', spentNanoUsd: 9_000n, windowEndsAtMs: kit.clock.now() + 1_000 },
    ]);
    jest.spyOn(kit.store, 'hold').mockImplementation((request) => fresh.hold(request));
    jest.spyOn(kit.store, 'settle').mockImplementation((request) => fresh.settle(request));

    await hold.repost(kit.clock.now());
    const [reposted] = await fresh.readCounters('org_1', ['c']);
    await hold.settle(500n, 5);
    const [settled] = await fresh.readCounters('org_1', ['c']);

    expect(reposted).toMatchObject({ spentNanoUsd: 9_000n, heldNanoUsd: 4_000n });
    expect(settled).toMatchObject({ spentNanoUsd: 9_500n, heldNanoUsd: 0n });
  });
});
