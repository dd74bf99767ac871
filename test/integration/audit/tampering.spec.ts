import type { Checkpoint } from '../../../src/audit/checkpoints/checkpoint';
import { hashOfRow, type AuditRow } from '../../../src/audit/trail/audit-row';
import { AuditBench, auditEntry, emptyTrail, rowsOf, TRAIL_OWNER } from '../../support/audit-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const EVENTS = 10;
/** May be erased (set to null), so a null there says nothing. */
const ERASABLE = ['address', 'address_salt'];

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let bench: AuditBench;
  const sql = (text: string, values: unknown[] = []) =>
    database.dataSource.query<Record<string, unknown>[]>(text, values);

  beforeAll(async () => {
    database = await open();
  }, 90_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    await emptyTrail(database);
    bench = new AuditBench(database);
    await bench.fill(EVENTS);
  });

  /** Replaces all events from one on as somebody would who knows how the hashes are made. */
  async function recompute(from: number): Promise<void> {
    const rows = await rowsOf(database);
    let previous = rows[from - 2]?.hash ?? rows[0]?.previous_hash ?? '';
    for (const row of rows.slice(from - 1)) {
      const changed: AuditRow = { ...row, previous_hash: previous };
      previous = hashOfRow(changed);
      await sql('UPDATE audit_event SET previous_hash = $1, hash = $2 WHERE sequence = $3', [
        changed.previous_hash,
        previous,
        row.sequence,
      ]);
    }
    await sql('UPDATE audit_chain SET last_hash = $1, last_sequence = $2', [previous, rows.length]);
  }

  it('finds nothing wrong with a trail nobody touched, with checkpoints and without', async () => {
    expect(await bench.verify()).toMatchObject({
      intact: true,
      problem: null,
      events: EVENTS,
      checkpoints: 0,
    });

    const checkpoint = await bench.checkpoints.make(TRAIL_OWNER);
    await bench.fill(3);

    expect(await bench.verify(checkpoint && [checkpoint])).toMatchObject({
      intact: true,
      events: 13,
      last_sequence: '13',
      checkpoints: 1,
      anchors: 1,
    });
  });

  it('finds nothing wrong with what two workers wrote at the same time, checkpoints included', async () => {
    const settings = { AUDIT_CHECKPOINT_EVENTS: '7', AUDIT_SIGNING_KEY: 'k'.repeat(32) };
    const workers = [new AuditBench(database, settings), new AuditBench(database, settings)];
    const job = () => ({ entries: Array.from({ length: 5 }, () => auditEntry()) });

    await Promise.all(Array.from({ length: 30 }, async (_, n) => workers[n % 2]?.processor.process(job())));

    expect(await workers[0]?.verify()).toMatchObject({ intact: true, events: EVENTS + 150 });
    expect((await workers[0]?.verify())?.checkpoints).toBeGreaterThan(0);
  });

  it('names the event that was edited', async () => {
    await sql(`UPDATE audit_event SET outcome = 'denied' WHERE sequence = 4`);
    await sql(`UPDATE audit_event SET outcome = 'denied' WHERE sequence = 7`);

    expect((await bench.verify()).problem).toMatchObject({ kind: 'edited', sequence: '4' });
  });

  it('covers every column', async () => {
    const columns = await sql(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = 'audit_event'`,
    );
    expect(columns.length).toBeGreaterThan(15);
    const other: Readonly<Record<string, string>> = {
      text: `'x'`,
      bigint: '999',
      jsonb: `data || '{"x": 1}'`,
      'timestamp with time zone': `now() - interval '1 day'`,
    };
    for (const { name, type } of columns) {
      const [before] = await sql(`SELECT ${String(name)} AS value FROM audit_event WHERE sequence = 5`);
      await sql(`UPDATE audit_event SET ${String(name)} = ${other[String(type)] ?? ''} WHERE sequence = 5`);

      const report = await bench.verify();

      expect({ name, intact: report.intact }).toEqual({ name, intact: false });
      await sql(
        `UPDATE audit_event SET ${String(name)} = $1 WHERE ${name === 'sequence' ? 'sequence = 999' : `event_id = $2 OR sequence = 5`}`,
        name === 'sequence'
          ? [5]
          : [type === 'jsonb' ? JSON.stringify(before?.['value']) : before?.['value'], 'x'],
      );
      expect({ name, intact: (await bench.verify()).intact }).toEqual({ name, intact: true });
    }
  });

  it('sees a change of a microsecond', async () => {
    await sql(
      `UPDATE audit_event SET occurred_at = occurred_at + interval '1 microsecond' WHERE sequence = 2`,
    );

    expect((await bench.verify()).problem).toMatchObject({ kind: 'edited', sequence: '2' });
  });

  it('names the event that was deleted', async () => {
    await sql('DELETE FROM audit_event WHERE sequence IN (3, 8)');

    expect((await bench.verify()).problem).toMatchObject({ kind: 'deleted', sequence: '3', event_id: null });
  });

  it('names the first of two events that were swapped', async () => {
    await sql('UPDATE audit_event SET sequence = -1 WHERE sequence = 3');
    await sql('UPDATE audit_event SET sequence = 3 WHERE sequence = 6');
    await sql('UPDATE audit_event SET sequence = 6 WHERE sequence = -1');

    const { problem } = await bench.verify();

    expect(problem).toMatchObject({ kind: 'moved', sequence: '3' });
    expect(problem?.explanation).toContain('number 6');
  });

  it('names the first of two neighbours that were swapped', async () => {
    await sql('UPDATE audit_event SET sequence = -1 WHERE sequence = 3');
    await sql('UPDATE audit_event SET sequence = 3 WHERE sequence = 4');
    await sql('UPDATE audit_event SET sequence = 4 WHERE sequence = -1');

    expect((await bench.verify()).problem).toMatchObject({ kind: 'moved', sequence: '3' });
  });

  it('names the first event that was cut off', async () => {
    await sql('DELETE FROM audit_event WHERE sequence > 6');

    expect((await bench.verify()).problem).toMatchObject({ kind: 'truncated', sequence: '7' });
  });

  it('names an event that was replaced together with its hash', async () => {
    const [row] = (await rowsOf(database)).slice(3);
    if (!row) throw new Error('no such row');
    const forged = { ...row, outcome: 'denied' };
    await sql('UPDATE audit_event SET outcome = $1, hash = $2 WHERE sequence = 4', [
      forged.outcome,
      hashOfRow(forged),
    ]);

    expect((await bench.verify()).problem).toMatchObject({
      kind: 'replaced',
      sequence: '4',
      event_id: row.event_id,
    });
  });

  it('notices a last event that was replaced together with its hash', async () => {
    const row = (await rowsOf(database)).at(-1);
    if (!row) throw new Error('no such row');
    const forged = { ...row, action: 'nothing.happened' };
    await sql('UPDATE audit_event SET action = $1, hash = $2 WHERE sequence = 10', [
      forged.action,
      hashOfRow(forged),
    ]);

    expect((await bench.verify()).problem).toMatchObject({ kind: 'replaced', sequence: '10' });
  });

  it('notices events added behind the end and before the beginning', async () => {
    const copy = (sequence: number) =>
      sql(`INSERT INTO audit_event SELECT (jsonb_populate_record(e, jsonb_build_object(
             'sequence', ${sequence}::bigint, 'event_id', 'evt_x'))).* FROM audit_event e WHERE sequence = 10`);
    await copy(11);
    expect((await bench.verify()).problem).toMatchObject({ kind: 'inserted', sequence: '11' });

    await sql('DELETE FROM audit_event WHERE sequence = 11');
    await copy(0);
    expect((await bench.verify()).problem).toMatchObject({ kind: 'inserted', sequence: '0' });
  });

  it('notices that the record of beginning and end is gone, or claims a later beginning', async () => {
    await sql('DELETE FROM audit_event WHERE sequence < 4');
    const [first] = await rowsOf(database);
    await sql('UPDATE audit_chain SET first_sequence = 4, first_previous_hash = $1', [first?.previous_hash]);
    expect((await bench.verify()).problem).toMatchObject({ kind: 'deleted', sequence: '1' });

    await sql('DELETE FROM audit_chain');
    expect((await bench.verify()).problem).toMatchObject({ kind: 'chain' });
  });

  it('notices a pseudonym that is given to somebody else', async () => {
    await sql(`UPDATE audit_subject SET user_id = 'usr_other' WHERE user_id = 'usr_1'`);

    expect((await bench.verify()).problem).toMatchObject({ kind: 'subject' });
  });

  describe('by somebody who recomputes every hash after it', () => {
    it('is found by the checkpoint behind it, and narrowed down by the one before', async () => {
      await bench.checkpoints.make(TRAIL_OWNER);
      await bench.fill(5);
      await bench.checkpoints.make(TRAIL_OWNER);
      await sql(`UPDATE audit_event SET action = 'nothing.happened' WHERE sequence = 13`);
      await recompute(13);

      expect((await bench.verify()).problem).toMatchObject({ kind: 'rewritten', sequence: '11' });
    });

    it('is found for a tail that was cut off, the record of the end included', async () => {
      await bench.checkpoints.make(TRAIL_OWNER);
      await sql('DELETE FROM audit_event WHERE sequence > 6');
      await recompute(6);

      expect((await bench.verify()).problem).toMatchObject({ kind: 'truncated', sequence: '7' });
    });

    it('is found against an anchor when the checkpoints were deleted too, and only then', async () => {
      const anchor = await bench.checkpoints.make(TRAIL_OWNER);
      await sql('DELETE FROM audit_event WHERE sequence > 6');
      await recompute(6);
      await sql('DELETE FROM audit_checkpoint');

      expect(await bench.verify()).toMatchObject({ intact: true, events: 6 });
      expect((await bench.verify(anchor && [anchor])).problem).toMatchObject({
        kind: 'truncated',
        sequence: '7',
      });
    });

    it('is found against an anchor when the whole trail was deleted', async () => {
      const anchor = await bench.checkpoints.make(TRAIL_OWNER);
      await emptyTrail(database);

      expect((await bench.verify(anchor && [anchor])).problem).toMatchObject({
        kind: 'truncated',
        sequence: '1',
      });
      expect(await bench.verifier.organizations(anchor ? [anchor] : [])).toEqual([TRAIL_OWNER]);
    });

    it('is not hidden by a checkpoint signed with a key of their own', async () => {
      const anchor = await bench.checkpoints.make(TRAIL_OWNER);
      await sql('DELETE FROM audit_checkpoint');
      await sql(`UPDATE audit_event SET action = 'nothing.happened' WHERE sequence = 2`);
      await recompute(2);
      await new AuditBench(database, { AUDIT_SIGNING_KEY: 'x'.repeat(40) }).checkpoints.make(TRAIL_OWNER);

      const report = await bench.verify(anchor && [anchor]);

      expect(report.problem).toMatchObject({ kind: 'rewritten' });
      expect(report.ignored_checkpoints).toBe(1);
    });
  });

  describe('checkpoints', () => {
    it('count when their key was replaced and is still trusted, and are ignored when it is not', async () => {
      await bench.checkpoints.make(TRAIL_OWNER);
      const next = { AUDIT_SIGNING_KEY: 'the-key-after-the-first-one-0123456789' };
      const forgetful = new AuditBench(database, next);
      const careful = new AuditBench(database, {
        ...next,
        AUDIT_TRUSTED_KEYS: bench.keys.current?.keyId ?? '',
      });

      expect(await forgetful.verify()).toMatchObject({
        intact: true,
        checkpoints: 0,
        ignored_checkpoints: 1,
      });
      expect(await careful.verify()).toMatchObject({ intact: true, checkpoints: 1, ignored_checkpoints: 0 });
    });

    it('are not genuine once anything in them was changed', async () => {
      const genuine = await bench.checkpoints.make(TRAIL_OWNER);
      if (!genuine) throw new Error('no checkpoint');
      const fields = Object.keys(genuine) as (keyof Checkpoint)[];
      for (const field of fields) {
        const changed = { ...genuine, [field]: field.endsWith('sequence') ? '7' : `${genuine[field]}0` };
        expect({ field, counts: bench.keys.vouchesFor(changed) }).toEqual({ field, counts: false });
      }
      expect(bench.keys.vouchesFor(genuine)).toBe(true);
    });

    it('are made by the worker after the configured number of events', async () => {
      const worker = new AuditBench(database, {
        AUDIT_CHECKPOINT_EVENTS: '4',
        AUDIT_SIGNING_KEY: 'k'.repeat(32),
      });
      for (let n = 0; n < 6; n++) await worker.processor.process({ entries: [auditEntry()] });

      const made = await worker.checkpoints.findAll(TRAIL_OWNER);
      expect(made.map((checkpoint) => checkpoint.sequence)).toEqual(['11', '15']);
    });
  });

  it('does not take an erased address for tampering', async () => {
    for (const column of ERASABLE) await sql(`UPDATE audit_event SET ${column} = NULL`);

    expect((await bench.verify()).intact).toBe(true);
  });
}

describe('tampering with the audit trail (embedded)', () => guarantees(openEmbedded));
describeWithPostgres('tampering with the audit trail (PostgreSQL)', () => guarantees(openPostgres));
