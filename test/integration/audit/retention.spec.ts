import { AuditRetention } from '../../../src/audit/privacy/audit-retention';
import { AuditBench, emptyTrail, rowsOf, TRAIL_OWNER } from '../../support/audit-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let bench: AuditBench;

  beforeAll(async () => {
    database = await open();
  }, 90_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    await emptyTrail(database);
    bench = new AuditBench(database);
  });

  const retention = () => new AuditRetention(database.dataSource, bench.checkpoints);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('removes the oldest events, and the trail stays provable from there on', async () => {
    await bench.fill(6);
    const anchor = await bench.checkpoints.make(TRAIL_OWNER);
    await pause();
    const before = new Date();
    await pause();
    await bench.fill(3);

    expect(await retention().removeEvents(before)).toBe(6);
    expect(await retention().removeEvents(before)).toBe(0);

    expect((await rowsOf(database)).map((row) => row.sequence)).toEqual(['7', '8', '9']);
    await bench.fill(1);
    expect(await bench.verify(anchor && [anchor])).toMatchObject({
      intact: true,
      events: 4,
      first_sequence: '7',
      last_sequence: '10',
    });
  });

  it('may remove all of a trail; what comes later goes on with the next number', async () => {
    await bench.fill(4);
    expect(await retention().removeEvents(new Date(Date.now() + 1_000))).toBe(4);
    expect(await bench.verify()).toMatchObject({ intact: true, events: 0 });

    await bench.fill(2);

    expect(await bench.verify()).toMatchObject({ intact: true, events: 2, first_sequence: '5' });
  });

  it('still names an event that somebody removed beyond that', async () => {
    await bench.fill(4);
    await retention().removeEvents(new Date(Date.now() + 1_000));
    await bench.fill(4);
    await database.dataSource.query('DELETE FROM audit_event WHERE sequence = 5');

    expect((await bench.verify()).problem).toMatchObject({ kind: 'deleted', sequence: '5' });
  });

  it('erases addresses without harm to the chain', async () => {
    await bench.fill(3);
    await pause();
    const before = new Date();
    await pause();
    await bench.fill(1);

    expect(await retention().eraseAddresses(before)).toBe(3);

    expect((await rowsOf(database)).map((row) => row.address)).toEqual([null, null, null, '203.0.113.7']);
    expect((await bench.verify()).intact).toBe(true);
  });
}

describe('retention of the audit trail (embedded)', () => guarantees(openEmbedded));
describeWithPostgres('retention of the audit trail (PostgreSQL)', () => guarantees(openPostgres));
