import { budget, caller, CostKit, usageRow } from '../../../test/support/cost-kit';

describe('CounterLoader', () => {
  it('counts each row in the windows of the instant at which its money was held', async () => {
    const kit = new CostKit();
    const now = kit.clock.now();
    kit.ledger.rows = [
      usageRow({ cost_nano_usd: '1' }, now),
      usageRow({ cost_nano_usd: '10' }, now - 3 * 86_400_000),
      usageRow({ cost_nano_usd: '100' }, now - 40 * 86_400_000),
      usageRow({ cost_nano_usd: '1000', user_id: 'usr_2' }, now),
      usageRow({ cost_nano_usd: '10000', organization_id: 'org_2' }, now),
    ];

    await kit.loader.load({ organizationId: 'org_1', timeZone: 'UTC' });

    const states = await kit.store.readCounters('org_1', [
      'user/usr_1/daily/2027-01-15',
      'user/usr_1/monthly/2027-01-01',
      'user/usr_2/daily/2027-01-15',
    ]);
    expect(states.map((state) => state.spentNanoUsd)).toEqual([1n, 11n, 1000n]);
  });

  it('adds what has not reached the ledger yet, and nothing twice', async () => {
    const kit = new CostKit();
    const booked = usageRow({ cost_nano_usd: '5' }, kit.clock.now());
    const waiting = usageRow({ cost_nano_usd: '7' }, kit.clock.now());
    const foreign = usageRow({ cost_nano_usd: '9', organization_id: 'org_2' }, kit.clock.now());
    kit.ledger.rows = [booked];
    const lastWeek = usageRow({ cost_nano_usd: '100' }, kit.clock.now() - 7 * 86_400_000);
    kit.shipper.unshipped = [booked, waiting, foreign, lastWeek];

    await kit.loader.load({ organizationId: 'org_1', timeZone: 'UTC' });

    await expect(kit.daily()).resolves.toEqual({ spent: 12n, held: 0n });
  });

  it('puts the holds of running requests back, and counts their calls in the ledger with them only', async () => {
    const kit = new CostKit();
    const hold = await kit.hold(4_000n);
    await kit.hold(1_000n, { caller: caller({ organizationId: 'org_2' }) });
    kit.ledger.rows = [
      usageRow({ cost_nano_usd: '700', hold_id: hold.holdId }, kit.clock.now()),
      usageRow({ cost_nano_usd: '50' }, kit.clock.now()),
    ];
    const lost = new CostKit();
    jest.spyOn(kit.store, 'load').mockImplementation((...seeds) => lost.store.load(...seeds));
    jest.spyOn(kit.store, 'settle').mockImplementation((request) => lost.store.settle(request));

    await kit.loader.load({ organizationId: 'org_1', timeZone: 'UTC' });

    await expect(lost.daily()).resolves.toEqual({ spent: 50n, held: 4_000n });
    await kit.admission.settle(hold, { costNanoUsd: 900n, tokens: 1 });
    await expect(lost.daily()).resolves.toEqual({ spent: 950n, held: 0n });
  });

  it('counts the weekly and yearly limits that keys were made with', async () => {
    const kit = new CostKit();
    const now = kit.clock.now();
    const key = { level: 'api_key', id: 'key_1' } as const;
    kit.keyBudgets.stored = [
      { ...budget({ scope: key, window: 'weekly' }), setBy: 'key' },
      { ...budget({ scope: key, window: 'yearly' }), setBy: 'key' },
    ];
    kit.ledger.rows = [
      usageRow({ cost_nano_usd: '1', api_key_id: 'key_1' }, now - 3 * 86_400_000),
      usageRow({ cost_nano_usd: '10', api_key_id: 'key_1' }, now - 7 * 86_400_000),
      usageRow({ cost_nano_usd: '100', api_key_id: 'key_2' }, now),
    ];

    await kit.loader.load({ organizationId: 'org_1', timeZone: 'UTC' });

    const states = await kit.store.readCounters('org_1', [
      'api_key/key_1/weekly/2027-01-11',
      'api_key/key_1/yearly/2027-01-01',
    ]);
    expect(states.map((state) => state.spentNanoUsd)).toEqual([1n, 11n]);
  });

  it('names windows by the time zone of the organization', async () => {
    const kit = new CostKit();
    // 2027-01-15T08:00Z is still the 14th in Honolulu until 10:00Z.
    kit.ledger.rows = [usageRow({ cost_nano_usd: '5' }, kit.clock.now() - 60_000)];

    await kit.loader.load({ organizationId: 'org_1', timeZone: 'Pacific/Honolulu' });

    const [state] = await kit.store.readCounters('org_1', ['user/usr_1/daily/2027-01-14']);
    expect(state?.spentNanoUsd).toBe(5n);
  });

  it('tries again after a failed load', async () => {
    const kit = new CostKit();
    kit.ledger.failure = new Error('down');
    await expect(kit.loader.load({ organizationId: 'org_1', timeZone: 'UTC' })).rejects.toThrow('down');
    kit.ledger.failure = undefined;

    await expect(kit.loader.load({ organizationId: 'org_1', timeZone: 'UTC' })).resolves.toBeUndefined();
    await expect(kit.hold(1n)).resolves.toBeDefined();
  });
});
