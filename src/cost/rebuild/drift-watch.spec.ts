import { Logger } from '@nestjs/common';
import { caller, CostKit, usageRow } from '../../../test/support/cost-kit';

const ORGANIZATION = { organizationId: 'org_1', timeZone: 'UTC' };

describe('DriftWatch', () => {
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });

  it('adds what the ledger has and a counter lacks, and says how far they were apart', async () => {
    const kit = new CostKit();
    await kit.admission.settle(await kit.hold(9n), { costNanoUsd: 0n, tokens: 1 });
    kit.ledger.rows = [usageRow({ cost_nano_usd: '70' }, kit.clock.now())];

    await expect(kit.drift.check(ORGANIZATION)).resolves.toBe(70n);
    await expect(kit.daily()).resolves.toEqual({ spent: 70n, held: 0n });
    await expect(kit.drift.check(ORGANIZATION)).resolves.toBe(0n);
  });

  it('never lowers a counter: what the ledger lacks may be on its way', async () => {
    const kit = new CostKit();
    await kit.admission.settle(await kit.hold(9n), { costNanoUsd: 9n, tokens: 1 });
    kit.ledger.rows = [usageRow({ cost_nano_usd: '2' }, kit.clock.now())];

    await expect(kit.drift.check(ORGANIZATION)).resolves.toBe(7n);
    await expect(kit.daily()).resolves.toEqual({ spent: 9n, held: 0n });
  });

  it('leaves a counter alone while something is reserved on it: its call may be in the ledger already', async () => {
    const kit = new CostKit();
    const hold = await kit.hold(90n);
    kit.ledger.rows = [usageRow({ cost_nano_usd: '70', hold_id: hold.holdId }, kit.clock.now())];

    await expect(kit.drift.check(ORGANIZATION)).resolves.toBe(0n);
    await kit.admission.settle(hold, { costNanoUsd: 70n, tokens: 1 });
    await expect(kit.daily()).resolves.toEqual({ spent: 70n, held: 0n });
  });

  it('looks at organizations that have had requests', async () => {
    const kit = new CostKit();
    await kit.hold(9n, { caller: caller({ userId: 'usr_2' }) });
    kit.ledger.rows = [usageRow({ cost_nano_usd: '70' }, kit.clock.now())];

    await kit.drift.round();

    await expect(kit.daily()).resolves.toEqual({ spent: 70n, held: 0n });
  });
});
