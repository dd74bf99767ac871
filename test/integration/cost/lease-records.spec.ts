import { DataSource } from 'typeorm';
import { newId } from '../../../src/common/ids';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import { Lease } from '../../../src/cost/leases/lease';
import { LeaseEntity } from '../../../src/cost/leases/lease.entity';
import { LeaseRecords } from '../../../src/cost/leases/lease-records';
import { usageRow } from '../../support/cost-kit';
import { allEntities } from '../../support/entities';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const COUNTER = { counter: 'user/usr_1/daily/2027-01-15', windowEndsAtMs: 1_800_050_000_000 };

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let withEntities: DataSource;

  beforeAll(async () => {
    database = await open();
    const options = { ...database.dataSource.options, entities: await allEntities() };
    withEntities = await new DataSource(options).initialize();
    await database.dataSource.query(
      "INSERT INTO organization (id, slug, name, time_zone) VALUES ('org_1', 'one', 'One', 'UTC')",
    );
  }, 180_000);
  afterAll(async () => {
    await withEntities.destroy();
    await database.close();
  });
  beforeEach(() => database.dataSource.query('TRUNCATE budget_lease, usage_record, request_record'));

  const recordsOf = (folderName: string): LeaseRecords =>
    new LeaseRecords(withEntities.getRepository(LeaseEntity), { folderName } as never);
  const lease = (id: string): Lease =>
    new Lease({
      id,
      organizationId: 'org_1',
      lines: [{ ...COUNTER, limitNanoUsd: 1_000n, mode: 'enforce' }],
      amountNanoUsd: 100n,
      takenAtMs: 0,
    });

  it('gives leases of dead processes and released ones, page by page, and none of the living', async () => {
    const [dead, living] = [recordsOf('box_dead'), recordsOf('box_living')];
    for (const id of ['lease_1', 'lease_3']) await dead.add(lease(id));
    for (const id of ['lease_2', 'lease_4']) await living.add(lease(id));
    await expect(living.ownerless('', 10)).resolves.toEqual([]);

    await living.disown('box_dead');
    await living.release(['lease_4']);
    await living.release([]);

    const page = async (after: string): Promise<readonly string[]> =>
      (await living.ownerless(after, 2)).map(({ id }) => id);
    await expect(page('')).resolves.toEqual(['lease_1', 'lease_3']);
    await expect(page('lease_3')).resolves.toEqual(['lease_4']);
    await living.remove('lease_4');
    await expect(page('lease_3')).resolves.toEqual([]);
  });

  it('takes an owner for dead that has not said for eighty minutes that it lives', async () => {
    const [dead, living] = [recordsOf('box_dead'), recordsOf('box_living')];
    await dead.add(lease('lease_1'));
    await living.add(lease('lease_2'));
    await database.dataSource.query("UPDATE budget_lease SET seen_at = now() - interval '81 minutes'");

    await living.touch();

    const found = await living.ownerless('', 10);
    expect(found).toMatchObject([{ id: 'lease_1', owner: 'box_dead' }]);
  });

  it('adds up what the ledger has under a lease, and nothing else', async () => {
    const records = recordsOf('box_dead');
    await records.add(lease('lease_1'));
    await records.disown('box_dead');
    const now = Date.now();
    const row = (hold: string, cost: number) =>
      usageRow({ attempt_id: newId('att', now), hold_id: hold, cost_nano_usd: String(cost) }, now);
    await new LedgerRepository(database.dataSource).append([
      row('lease_1', 20),
      row('lease_1', 22),
      row('lease_2', 5),
    ]);

    const [found] = await records.ownerless('', 10);

    expect(found).toMatchObject({ id: 'lease_1', owner: null, amountNanoUsd: 100n, counters: [COUNTER] });
    await expect(found && records.spentUnder(found)).resolves.toBe(42n);
  });
}

describe('LeaseRecords on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('LeaseRecords on PostgreSQL', () => {
  guarantees(openPostgres);
});
