import { FakeClock } from '../../../test/support/fake-clock';
import { LeaseTable, MemoryLeases } from '../../../test/support/memory-leases';
import { InProcessQuotaStore } from '../../quota/in-process-quota-store';
import { OwnerlessLeases } from './ownerless-leases';

const COUNTER = 'user/usr_1/daily/2027-01-15';
const IDLE = 250;

class LosableStore extends InProcessQuotaStore {
  isAway = false;

  override async isLoaded(organizationId: string): Promise<boolean> {
    if (this.isAway) throw new Error('the store is away');
    return super.isLoaded(organizationId);
  }
}

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
    const leases = new OwnerlessLeases(store, new MemoryLeases(table), clock);

    for (let round = 0; round < 3; round++) await leases.settleAll();

    expect(table.rows.size).toBe(IDLE);
    const state = { counter: COUNTER, spentNanoUsd: 30n, heldNanoUsd: 0n, leasedNanoUsd: 0n };
    await expect(store.readCounters('org_busy', [COUNTER])).resolves.toEqual([state]);

    await store.load('org_idle', []);
    for (let round = 0; round < 4; round++) await leases.settleAll();
    expect(table.rows.size).toBe(0);
  });

  it('leaves leases of owners it has not heard of to them, until store and database have answered for five minutes', async () => {
    const clock = new FakeClock();
    const store = new LosableStore(clock);
    await store.load('org_1', []);
    const table = new LeaseTable();
    table.rows.set('lease_1', {
      id: 'lease_1',
      organizationId: 'org_1',
      owner: 'box_silent',
      amountNanoUsd: 1n,
      counters: [],
    });
    table.silent.add('box_silent');
    const records = new MemoryLeases(table);
    const leases = new OwnerlessLeases(store, records, clock);
    const lookFor = async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute++) {
        await leases.settleAll().catch(() => undefined);
        clock.advance(60_000);
      }
    };

    await lookFor(5);
    store.isAway = true;
    await lookFor(1);
    store.isAway = false;
    await lookFor(5);
    records.isAway = true;
    await lookFor(1);
    records.isAway = false;
    await lookFor(5);
    expect(table.rows.size).toBe(1);

    await lookFor(1);
    expect(table.rows.size).toBe(0);
  });
});
