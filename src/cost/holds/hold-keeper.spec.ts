import { Logger } from '@nestjs/common';
import { CostKit } from '../../../test/support/cost-kit';
import { HoldKeeper } from './hold-keeper';

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

  it('counts how every hold began and ended, once', async () => {
    const kit = new CostKit(SETTINGS);
    const counted = jest.spyOn(kit.metrics, 'holdOutcome');
    const overrun = jest.spyOn(kit.metrics, 'holdOverrun');
    const [paid, unused, dear] = [await kit.hold(4n), await kit.hold(4n), await kit.hold(4n)];

    await kit.keeper.settle(paid, { costNanoUsd: 4n, tokens: 7 });
    await kit.keeper.settle(unused, { costNanoUsd: 0n, tokens: 0 });
    expect(overrun).not.toHaveBeenCalled();
    await kit.keeper.settle(dear, { costNanoUsd: 5n, tokens: 7 });
    await kit.keeper.tick();

    expect(overrun).toHaveBeenCalledTimes(1);
    expect(counted.mock.calls.map(([outcome]) => outcome)).toEqual([
      ...['granted', 'granted', 'granted'],
      ...['settled', 'released', 'overrun', 'settled'],
    ]);
  });

  it('counts a hold that the store could not settle when it has, once', async () => {
    const kit = new CostKit(SETTINGS);
    const [paid, unused] = [await kit.hold(4n), await kit.hold(4n)];
    const counted = jest.spyOn(kit.metrics, 'holdOutcome');
    kit.store.isAway = true;
    await kit.keeper.settle(paid, { costNanoUsd: 3n, tokens: 7 });
    await kit.keeper.settle(unused, { costNanoUsd: 0n, tokens: 0 });
    await kit.keeper.tick();
    expect(counted).not.toHaveBeenCalled();
    kit.store.isAway = false;

    // The pace of the timers does not wait for rounds that take long.
    for (let round = 0; round < 3; round++) await Promise.all([kit.keeper.tick(), kit.keeper.tick()]);

    expect(counted.mock.calls).toEqual([['settled'], ['released']]);
  });

  it('counts holds that expired', async () => {
    const kit = new CostKit(SETTINGS);
    await kit.hold(4n);
    await kit.hold(4n);
    const counted = jest.spyOn(kit.metrics, 'holdOutcome');
    const { store, clock, config, metrics, queue } = kit;
    // Their owner does not renew them; somebody else looks.
    const other = new HoldKeeper(store, clock, config, metrics, queue, undefined as never);
    clock.advance(121_000);

    await other.tick();

    expect(counted.mock.calls).toEqual([['expired', 2]]);
  });

  it('lets those who wait for room try whenever a hold has ended or shrunk', async () => {
    const kit = new CostKit(SETTINGS);
    const freed = jest.spyOn(kit.queue, 'freed');
    const [first, second] = [await kit.hold(4n), await kit.hold(4n)];

    kit.keeper.moved(first);
    expect(freed.mock.calls).toEqual([['org_1']]);
    await kit.keeper.settle(first, { costNanoUsd: 1n, tokens: 1 });
    expect(freed).toHaveBeenCalledTimes(2);
    kit.store.isAway = true;
    await kit.keeper.settle(second, { costNanoUsd: 1n, tokens: 1 });
    await kit.keeper.tick();
    expect(freed).toHaveBeenCalledTimes(2);
    kit.store.isAway = false;
    for (let round = 0; round < 3; round++) await kit.keeper.tick();

    expect(freed).toHaveBeenCalledTimes(3);
  });

  it('tells a rebuild of a hold from when it was taken until the store has its end', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4n);
    const told = () => kit.keeper.unendedOf('org_1').map(({ amountNanoUsd }) => amountNanoUsd);
    expect(told()).toEqual([4n]);

    const settling = kit.keeper.settle(hold, { costNanoUsd: 3n, tokens: 1 });
    expect(told()).toEqual([3n]);
    await settling;
    expect(told()).toEqual([]);
  });

  it('keeps the end of a hold for a rebuild, but not for ever when nobody asks for the counters', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4n);
    const counted = jest.spyOn(kit.metrics, 'holdOutcome');
    const warned = jest.spyOn(Logger.prototype, 'warn');
    kit.store.isLost = true;
    await kit.keeper.settle(hold, { costNanoUsd: 3n, tokens: 1 });
    warned.mockClear();
    const told = () => kit.keeper.unendedOf('org_1').map(({ amountNanoUsd }) => amountNanoUsd);

    for (let minute = 0; minute < 10; minute++) {
      await kit.keeper.tick();
      expect(told()).toEqual([3n]);
      kit.clock.advance(60_000);
    }
    kit.clock.advance(1);
    await kit.keeper.tick();

    expect(told()).toEqual([]);
    expect(counted.mock.calls.filter(([outcome]) => outcome !== 'expired')).toEqual([['settled']]);
    expect(warned.mock.calls.filter(([text]) => String(text).includes('settled'))).toEqual([]);
  });

  it('settles in counters that were loaded at last, however often the settle was tried before', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4n);
    kit.store.isLost = true;
    await kit.keeper.settle(hold, { costNanoUsd: 3n, tokens: 1 });
    await kit.keeper.tick();
    kit.clock.advance(599_000);
    kit.store.isLost = false;
    await kit.keeper.tick();

    await expect(kit.daily()).resolves.toEqual({ spent: 3n, held: 0n });
  });

  it('begins to wait anew for counters that were there in between', async () => {
    const kit = new CostKit(SETTINGS);
    const hold = await kit.hold(4n);
    kit.store.isLost = true;
    await kit.keeper.settle(hold, { costNanoUsd: 3n, tokens: 1 });
    await kit.keeper.tick();
    kit.clock.advance(599_000);
    kit.store.isLost = false;
    const settle = jest.spyOn(kit.store, 'settle').mockRejectedValueOnce(new Error('the store is away'));
    await kit.keeper.tick();
    expect(settle).toHaveBeenCalledTimes(1);
    kit.store.isLost = true;
    for (let round = 0; round < 2; round++) {
      await kit.keeper.tick();
      kit.clock.advance(2_000);
    }

    expect(kit.keeper.unendedOf('org_1').map(({ amountNanoUsd }) => amountNanoUsd)).toEqual([3n]);
  });
});
