import { Logger } from '@nestjs/common';
import { DeadLetterRepository } from '../../../src/cost/ledger/dead-letter.repository';
import { RequestProcessor } from '../../../src/cost/ledger/request.processor';
import { RequestRepository } from '../../../src/cost/ledger/request.repository';
import type { UsageProcessor } from '../../../src/cost/ledger/usage.processor';
import { requestRow, silentMetrics, usageRow } from '../../support/cost-kit';
import { usageProcessorOn } from '../../support/ledger-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const NOON = Date.UTC(2027, 0, 15, 12);
const UNLUCKY = '1313';

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let letters: DeadLetterRepository;
  let usage: UsageProcessor;
  let requests: RequestProcessor;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const { dataSource } = database;
    letters = new DeadLetterRepository(dataSource);
    usage = usageProcessorOn(dataSource, letters);
    requests = new RequestProcessor(new RequestRepository(dataSource), letters, silentMetrics());
    await query('TRUNCATE usage_record, request_record, ledger_dead_letter');
  });

  const query = <T>(sql: string): Promise<T[]> => database.dataSource.query<T[]>(sql);
  const idsIn = async (table: string, column: string): Promise<readonly string[]> =>
    (await query<Record<string, string>>(`SELECT ${column} FROM ${table} ORDER BY 1`)).map(
      (row) => row[column] ?? '',
    );

  it('keep a call that the database refuses, with what it cost, and leave nothing of its user in the payload', async () => {
    const [good, bad] = [usageRow({}, NOON), usageRow({ latency_ms: 2 ** 40 }, NOON)];

    await usage.process({ rows: [bad, good], ids: [bad.attempt_id, good.attempt_id] });

    expect(await idsIn('usage_record', 'attempt_id')).toEqual([good.attempt_id]);
    const [kept] = await query<Record<string, unknown>>('SELECT * FROM ledger_dead_letter');
    expect(kept).toMatchObject({ topic: 'usage', id: bad.attempt_id, user_id: bad.user_id, attempts: 1 });
    expect(JSON.parse(String(kept?.['payload']))).toMatchObject({ cost_nano_usd: bad.cost_nano_usd });
    expect(String(kept?.['payload'])).not.toContain(bad.user_id);
    expect(String(kept?.['reason'])).toMatch(/^22/);
  });

  it.each([
    ['text the database cannot store', { requested_model: 'a\u0000b' }],
    ['half a character', { requested_model: 'a\ud800b' }],
    ['a number that is too large', { latency_ms: 2 ** 40 }],
  ])('keep the end of a request with %s, and note its neighbours', async (_, changes) => {
    const [good, bad] = [requestRow({}, NOON), { ...requestRow({}, NOON), ...changes }];

    await requests.process({ rows: [bad, good], ids: [bad.request_id, good.request_id] });

    expect(await idsIn('request_record', 'request_id')).toEqual([good.request_id]);
    expect([...(await letters.findKept('request', [good.request_id, bad.request_id]))]).toEqual([
      bad.request_id,
    ]);
  });

  it('keep what is no row at all, under the id of its line', async () => {
    await usage.process({ rows: ['?'], ids: ['att_line'] });

    expect(await letters.findKept('usage', ['att_line'])).toEqual(new Set(['att_line']));
  });

  it('are booked as they came once the reason is gone, and until then counted and kept', async () => {
    const row = usageRow({ cost_nano_usd: UNLUCKY, requested_model: 'a "quoted" name' }, NOON);
    await query(`ALTER TABLE usage_record ADD CONSTRAINT no_luck CHECK (cost_nano_usd <> ${UNLUCKY})`);
    await usage.process({ rows: [row], ids: [row.attempt_id] });

    expect(await usage.retryDeadLetters()).toEqual({ booked: 0, refused: 1 });
    const [listed] = await letters.list(10, undefined);
    expect(listed).toMatchObject({ id: row.attempt_id, organization_id: row.organization_id, attempts: 2 });
    await query('ALTER TABLE usage_record DROP CONSTRAINT no_luck');
    expect(await usage.retryDeadLetters()).toEqual({ booked: 1, refused: 0 });

    const booked = await query<Record<string, unknown>>('SELECT * FROM usage_record');
    expect(booked).toHaveLength(1);
    expect(booked[0]).toMatchObject({
      attempt_id: row.attempt_id,
      user_id: row.user_id,
      cost_nano_usd: UNLUCKY,
      requested_model: row.requested_model,
    });
    expect(await letters.list(10, undefined)).toEqual([]);
  });
}

describe('dead letters on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('dead letters on PostgreSQL', () => {
  guarantees(openPostgres);
});
