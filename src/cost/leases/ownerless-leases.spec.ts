import { FakeClock } from '../../../test/support/fake-clock';
import { LeaseTable, MemoryLeases } from '../../../test/support/memory-leases';
import { InProcessQuotaStore } from '../../quota/in-process-quota-store';
import { OwnerlessLeases } from './ownerless-leases';

const COUNTER = 'user/usr_1/daily/2027-01-15';
const IDLE = 250;

describe('OwnerlessLeases', () => {
  it('settles a lease of a dead process behind any number of leases whose counters nobody loads', async () => {
    const clock = new FakeClock();
    const store = new InProcessQuotaStore(clock);
    await store.load('org_busy', []);
    const budgets = [
      { counter: COUNTER, limitNanoUsd: 1_000n, mode: 'enforce', windowEndsAtMs: clock.now() + 3_600_000 },
    ] as const;
    const lease = { organizationId: 'org_busy', holdId: 'lease_z', amountNanoUsd: 100n, budgets, note: '' };
    await store.lease({ ...lease, expiresAtMs: clock.now() + 60_000 });
    const table = new LeaseTable();
    const row = { owner: null, amountNanoUsd: 100n, counters: budgets };
    for (let i = 0; i < IDLE; i++)
      table.rows.set(`lease_${i}`, { ...row, id: `lease_${i}`, organizationId: 'org_idle' });
    table.rows.set('lease_z', { ...row, id: 'lease_z', organizationId: 'org_busy' });
    table.spentUnder = () => 30n;
    const leases = new OwnerlessLeases(store, new MemoryLeases(table));

    for (let round = 0; round < 3; round++) await leases.settleAll();

    expect(table.rows.size).toBe(IDLE);
    const state = { counter: COUNTER, spentNanoUsd: 30n, heldNanoUsd: 0n, leasedNanoUsd: 0n };
    await expect(store.readCounters('org_busy', [COUNTER])).resolves.toEqual([state]);

    await store.load('org_idle', []);
    for (let round = 0; round < 4; round++) await leases.settleAll();
    expect(table.rows.size).toBe(0);
  });
});
