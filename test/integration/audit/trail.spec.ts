import { Logger } from '@nestjs/common';
import { GENESIS_HASH, hashOfRow } from '../../../src/audit/trail/audit-row';
import { AuditBench, auditEntry, emptyTrail, rowsOf, TRAIL_OWNER } from '../../support/audit-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const ANNA = 'usr_0000000000000000000000anna';
const BEN = 'usr_00000000000000000000000ben';

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;

  beforeAll(async () => {
    database = await open();
  }, 90_000);
  afterAll(() => database.close());
  beforeEach(() => emptyTrail(database));

  it('links every event to the one before it, and hashes what is read back as what was written', async () => {
    await new AuditBench(database).trail.append(TRAIL_OWNER, [
      auditEntry(),
      auditEntry({ address: undefined }),
    ]);
    await new AuditBench(database).trail.append(TRAIL_OWNER, [
      auditEntry({ target: undefined, before: undefined }),
    ]);

    const rows = await rowsOf(database);
    expect(rows.map((row) => row.sequence)).toEqual(['1', '2', '3']);
    expect(rows.map((row) => row.previous_hash)).toEqual([GENESIS_HASH, rows[0]?.hash, rows[1]?.hash]);
    expect(rows.map(hashOfRow)).toEqual(rows.map((row) => row.hash));
  });

  it('records an event once, however often and in whatever company it comes', async () => {
    const [first, second] = [auditEntry(), auditEntry()];
    const trail = new AuditBench(database).trail;

    await trail.append(TRAIL_OWNER, [first, first]);
    await trail.append(TRAIL_OWNER, [first, second]);
    await trail.append(TRAIL_OWNER, [second]);

    expect((await rowsOf(database)).map((row) => row.event_id)).toEqual([first.event_id, second.event_id]);
  });

  it('stays one unbroken chain per organization when several workers write at the same time', async () => {
    const workers = Array.from({ length: 4 }, () => new AuditBench(database).processor);
    const job = (n: number) => ({
      entries: Array.from({ length: 5 }, (_, i) =>
        auditEntry({
          organizationId: `org_${(n + i) % 2}`,
          actor: { kind: 'user', userId: `usr_${i % 3}` },
        }),
      ),
    });
    const jobs = Array.from({ length: 40 }, (_, n) => job(n));

    // Every job twice, as a queue that delivers at least once may do.
    await Promise.all([...jobs, ...jobs].map(async (each, n) => workers[n % 4]?.process(each)));

    for (const organization of ['org_0', 'org_1']) {
      const rows = await rowsOf(database, organization);
      expect(rows.map((row) => row.sequence)).toEqual(rows.map((_, i) => String(i + 1)));
      expect(rows.slice(1).map((row) => row.previous_hash)).toEqual(rows.slice(0, -1).map((row) => row.hash));
      expect(rows.map(hashOfRow)).toEqual(rows.map((row) => row.hash));
    }
    const [counted] = await database.dataSource.query<{ n: number }[]>(
      'SELECT count(*)::int AS n FROM audit_event',
    );
    expect(counted?.n).toBe(200);
  });

  it('keeps user ids out of the events: the same pseudonym for the same user, another one elsewhere', async () => {
    const trail = new AuditBench(database).trail;
    await trail.append(TRAIL_OWNER, [
      auditEntry({ actor: { kind: 'user', userId: ANNA }, target: { kind: 'member', id: BEN } }),
      auditEntry({ actor: { kind: 'user', userId: BEN }, details: { invited: [{ by: ANNA }] } }),
    ]);
    await trail.append('org_2', [
      auditEntry({ organizationId: 'org_2', actor: { kind: 'user', userId: ANNA } }),
    ]);

    const [first, second] = await rowsOf(database);
    const [elsewhere] = await rowsOf(database, 'org_2');
    expect(first?.actor_subject).toMatch(/^sub_[0-9a-f]{32}$/);
    expect(second?.actor_subject).toBe(first?.target_id);
    expect(second?.data['details']).toEqual({ invited: [{ by: first?.actor_subject }] });
    expect(elsewhere?.actor_subject).not.toBe(first?.actor_subject);
    expect(JSON.stringify([first, second, elsewhere])).not.toMatch(/usr_/);
  });

  it('takes any text an event may hold', async () => {
    const odd = 'NUL \0, half \uD800, both \u{1F600}, "quotes", \\, \u2028, line\nfeed';
    await new AuditBench(database).trail.append(TRAIL_OWNER, [
      auditEntry({ action: odd, details: { [odd]: [odd, -0, 1e21, 5e-324, Number.MAX_VALUE, null, true] } }),
    ]);

    const [row] = await rowsOf(database);
    expect(row && hashOfRow(row)).toBe(row?.hash);
  });

  it('does not let an event the database refuses keep its neighbours out', async () => {
    const broken = { ...auditEntry(), occurred_at: '2027-02-31T00:00:00.000Z' };
    const good = [auditEntry(), auditEntry()];
    Logger.overrideLogger(false);
    const job = { entries: [good[0], broken, 'nonsense', good[1]] };

    await expect(new AuditBench(database).processor.process(job)).rejects.toThrow('1 audit events');

    expect((await rowsOf(database)).map((row) => row.event_id)).toEqual(good.map((entry) => entry.event_id));
  });
}

describe('the audit trail (embedded)', () => guarantees(openEmbedded));
describeWithPostgres('the audit trail (PostgreSQL)', () => guarantees(openPostgres));
