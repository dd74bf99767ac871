import { Logger } from '@nestjs/common';
import { CostKit } from '../../../test/support/cost-kit';

const SETTINGS = { BUDGET_HOLD_SECONDS: '120' };

describe('HoldKeeper', () => {
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });

  it('renews the hold of a running request for as long as it runs', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4_000n);

    for (let minute = 0; minute < 60; minute++) {
      kit.clock.advance(60_000);
      await kit.keeper.tick();
    }

    await expect(kit.daily()).resolves.toEqual({ spent: 0n, held: 4_000n });
    expect(kit.keeper.unendedOf('org_1').map(({ holdId }) => holdId)).toEqual([hold.holdId]);
  });

  it('does not renew a hold that is young', async () => {
    const kit = new CostKit(SETTINGS);
    await kit.hold(4_000n);
    kit.clock.advance(29_999);

    await kit.keeper.tick();

    expect(kit.store.renewed).toEqual([]);
  });

  it('charges a hold whose owner is gone at its amount, once', async () => {
    const owner = new CostKit(SETTINGS);
    await owner.store.load('org_1', []);
    const orphan = await owner.hold(4_000n);
    const { note, holdId } = { note: 'req_1', holdId: orphan.holdId };
    const other = new CostKit(SETTINGS);
    await other.hold(1n);
    await other.store.hold({
      organizationId: 'org_1',
      holdId,
      amountNanoUsd: 4_000n,
      tokens: 0,
      budgets: other.store.holds[0]?.budgets ?? [],
      tokenLimits: [],
      expiresAtMs: other.clock.now() + 120_000,
      note,
    });

    for (let round = 0; round < 4; round++) {
      other.clock.advance(60_000);
      await other.keeper.tick();
    }

    await expect(other.daily()).resolves.toEqual({ spent: 4_000n, held: 1n });
  });

  it('settles what the store could not take as soon as it is back', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4_000n);
    kit.store.isAway = true;

    await kit.keeper.settle(hold, { costNanoUsd: 3_000n, tokens: 7 });
    await kit.keeper.tick();
    kit.store.isAway = false;
    const before = await kit.daily();
    await kit.keeper.tick();
    await kit.keeper.tick();

    expect(before).toEqual({ spent: 0n, held: 4_000n });
    await expect(kit.daily()).resolves.toEqual({ spent: 3_000n, held: 0n });
    expect(kit.store.settles).toHaveLength(1);
  });

  it('posts the true cost when the store comes back after the hold expired', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4_000n);
    kit.store.isAway = true;
    await kit.keeper.settle(hold, { costNanoUsd: 3_000n, tokens: 7 });
    kit.clock.advance(300_000);
    await kit.store.expireDue('org_1', kit.clock.now(), 10);
    kit.store.isAway = false;

    await kit.keeper.tick();

    await expect(kit.daily()).resolves.toEqual({ spent: 3_000n, held: 0n });
  });

  it('keeps renewing and settling others when one settle can never succeed', async () => {
    const kit = new CostKit(SETTINGS);
    const [poison, running, waiting] = [await kit.hold(1n), await kit.hold(2n), await kit.hold(3n)];
    kit.store.isAway = true;
    await kit.keeper.settle(poison, { costNanoUsd: 10n ** 17n, tokens: 1 });
    await kit.keeper.settle(waiting, { costNanoUsd: 3n, tokens: 1 });
    kit.store.isAway = false;
    kit.clock.advance(60_000);

    await kit.keeper.tick();

    expect(kit.store.renewed).toEqual([running.holdId]);
    await expect(kit.daily()).resolves.toEqual({ spent: 3n, held: 3n });
  });

  it('books an overrun in full', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4_000n);

    await kit.keeper.settle(hold, { costNanoUsd: 9_000n, tokens: 7 });

    await expect(kit.daily()).resolves.toEqual({ spent: 9_000n, held: 0n });
  });
});
