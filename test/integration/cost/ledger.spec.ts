import { Logger } from '@nestjs/common';
import { DeadLetterRepository } from '../../../src/cost/ledger/dead-letter.repository';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import type { SpendingQuestion } from '../../../src/cost/ledger/spending';
import { SpendingQuery } from '../../../src/cost/ledger/spending.query';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { USAGE_BUCKETS, type UsageBucket } from '../../../src/llm/token-usage';
import { usageRow } from '../../support/cost-kit';
import { usageProcessorOn } from '../../support/ledger-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2027, 0, 15, 12);

function question(sinceMs: readonly number[]): SpendingQuestion {
  return {
    organizationId: 'org_1',
    timeZone: 'UTC',
    sinceMs,
    byModel: false,
    attemptIds: [],
    withoutHolds: [],
  };
}

const ids = (rows: readonly UsageRow[]): readonly string[] => rows.map((row) => row.attempt_id);

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let ledger: LedgerRepository;
  let spending: SpendingQuery;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    ledger = new LedgerRepository(database.dataSource);
    spending = new SpendingQuery(database.dataSource);
    await database.dataSource.query(
      'TRUNCATE usage_record, usage_rollup_hour, usage_rollup_day, rollup_key, rollup_zone',
    );
  });

  const stored = () => database.dataSource.query<Record<string, unknown>[]>('SELECT * FROM usage_record');
  const partitions = async () => {
    const rows = await database.dataSource.query<{ name: string }[]>(
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'usage_record'::regclass",
    );
    return rows.map(({ name }) => name);
  };

  it('stores a row with every column as it was noted', async () => {
    const usage = Object.fromEntries(USAGE_BUCKETS.map((bucket, i) => [bucket, i + 1])) as Record<
      UsageBucket,
      number
    >;
    const row = usageRow(
      {
        client_request_id: 'c-1 "\\ 😀',
        project_id: 'prj_1',
        api_key_id: 'key_1',
        requested_model: 'auto',
        intent: 'code',
        usage,
        cost_nano_usd: '999999999999999999',
        first_token_ms: 7,
        error_code: 'timeout',
      },
      NOON,
    );

    await expect(ledger.append([row])).resolves.toEqual(new Set([row.attempt_id]));

    const { usage: _, held_at, started_at, finished_at, ...same } = row;
    const [found] = await stored();
    expect(found).toMatchObject({
      ...same,
      held_at: new Date(held_at),
      started_at: new Date(started_at),
      finished_at: new Date(finished_at ?? ''),
      input_uncached: '1',
      cache_read: '2',
      cache_write_5m: '3',
      cache_write_1h: '4',
      audio_input: '5',
      image_input: '6',
      output_text: '7',
      reasoning: '8',
      audio_output: '9',
      image_output: '10',
    });
  });

  it('books an attempt once, however often and in whatever company it comes', async () => {
    const [first, second] = [usageRow({}, NOON), usageRow({}, NOON + 1)];

    await expect(ledger.append([first, first])).resolves.toEqual(new Set([first.attempt_id]));
    await expect(ledger.append([{ ...first, cost_nano_usd: '7' }, second])).resolves.toEqual(
      new Set([second.attempt_id]),
    );
    await expect(ledger.append([second, first])).resolves.toEqual(new Set());

    const rows = await stored();
    expect(rows.map((row) => row['cost_nano_usd'])).toEqual(['1000', '1000']);
  });

  it('books an attempt once when several processes try at the same time', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => usageRow({}, NOON + i));

    const booked = await Promise.all(
      Array.from({ length: 6 }, () => new LedgerRepository(database.dataSource).append(rows)),
    );

    expect(booked.reduce((sum, ids) => sum + ids.size, 0)).toBe(50);
    await expect(stored()).resolves.toHaveLength(50);
  });

  it('makes the partition of any month when a row needs it, also when many need it at once', async () => {
    const months = [Date.UTC(2019, 1, 28), Date.UTC(2031, 11, 31, 23, 59, 59, 999), Date.UTC(2032, 0, 1)];

    await Promise.all(
      Array.from({ length: 4 }, () =>
        new LedgerRepository(database.dataSource).append(months.map((at) => usageRow({}, at))),
      ),
    );

    expect(await partitions()).toEqual(
      expect.arrayContaining(['usage_record_2019_02', 'usage_record_2031_12', 'usage_record_2032_01']),
    );
    await expect(stored()).resolves.toHaveLength(12);
  });

  it('makes a partition again that was dropped behind its back', async () => {
    const at = Date.UTC(2035, 5, 1);
    await ledger.append([usageRow({}, at)]);
    await database.dataSource.query('DROP TABLE usage_record_2035_06');

    await expect(ledger.append([usageRow({}, at)])).rejects.toThrow();
    await expect(ledger.append([usageRow({}, at)])).resolves.toHaveProperty('size', 1);
  });

  it('finds booked attempts by their ids alone, whatever month they are from', async () => {
    const rows = [usageRow({}, NOON), usageRow({}, Date.UTC(2020, 6, 1))];
    await ledger.append(rows);

    const asked = [
      ...rows.map((row) => row.attempt_id),
      usageRow({}, NOON).attempt_id,
      'foreign',
      'att_zzzzzzzzzzzz',
    ];

    await expect(ledger.findRecorded(asked)).resolves.toEqual(new Set(rows.map((row) => row.attempt_id)));
    await expect(ledger.findRecorded([])).resolves.toEqual(new Set());
  });

  it('does nothing for no rows', async () => {
    await expect(ledger.append([])).resolves.toEqual(new Set());
  });

  it('sums what each user spent since each instant, by the time the money was held', async () => {
    const monthStart = Date.UTC(2027, 0, 1);
    const dayStart = Date.UTC(2027, 0, 15);
    const at = (time: number, cost: string, changes: object = {}) =>
      usageRow({ cost_nano_usd: cost, held_at: new Date(time).toISOString(), ...changes }, time + 60_000);
    await ledger.append([
      at(dayStart, '1'),
      at(dayStart - 1, '10'),
      at(monthStart, '100'),
      at(monthStart - 1, '1000'),
      at(dayStart, '5', { user_id: 'usr_2' }),
      at(dayStart, '7', { organization_id: 'org_2' }),
      at(monthStart - 40 * DAY_MS, '9', { user_id: 'usr_3' }),
    ]);

    const { spendings } = await spending.read(question([dayStart, monthStart]));

    expect([...spendings].sort((a, b) => (a.userId < b.userId ? -1 : 1))).toMatchObject([
      { userId: 'usr_1', spentNanoUsd: [1n, 111n] },
      { userId: 'usr_2', spentNanoUsd: [5n, 5n] },
    ]);
  });

  it('sums beyond what a number holds exactly', async () => {
    const cost = '900000000000000001';
    await ledger.append([usageRow({ cost_nano_usd: cost }, NOON), usageRow({ cost_nano_usd: cost }, NOON)]);

    await expect(spending.read(question([NOON - 1]))).resolves.toMatchObject({
      spendings: [{ userId: 'usr_1', spentNanoUsd: [1_800_000_000_000_000_002n] }],
    });
  });

  it('sums by project, key and model, and says which attempts are in the sums', async () => {
    const rows = [
      usageRow({ cost_nano_usd: '1', project_id: 'prj_1', api_key_id: 'key_1', resolved_model: 'a' }, NOON),
      usageRow({ cost_nano_usd: '10', project_id: 'prj_1', api_key_id: 'key_1', resolved_model: 'b' }, NOON),
      usageRow({ cost_nano_usd: '100', resolved_model: 'a' }, NOON),
    ];
    await ledger.append(rows);
    const attemptIds = [rows[0]?.attempt_id ?? '', 'att_unknown'];

    const byModel = await spending.read({ ...question([NOON - 1]), byModel: true, attemptIds });
    const together = await spending.read(question([NOON - 1]));

    expect(byModel.recorded).toEqual(new Set([attemptIds[0]]));
    const amounts = (found: typeof byModel) =>
      found.spendings.map(({ projectId, apiKeyId, model, spentNanoUsd }) => [
        projectId,
        apiKeyId,
        model,
        spentNanoUsd[0],
      ]);
    expect(amounts(byModel)).toEqual(
      expect.arrayContaining([
        ['prj_1', 'key_1', 'a', 1n],
        ['prj_1', 'key_1', 'b', 10n],
        [null, null, 'a', 100n],
      ]),
    );
    expect(amounts(together)).toEqual(
      expect.arrayContaining([
        ['prj_1', 'key_1', '', 11n],
        [null, null, '', 100n],
      ]),
    );
  });

  it.each([
    ['text the database cannot store', { requested_model: 'a\u0000b' }],
    ['half a character', { requested_model: 'a\ud800b' }],
    ['a time that does not exist', { started_at: '2026-02-31T00:00:00Z' }],
    ['a number that is too large', { latency_ms: 2 ** 40 }],
  ])('books the neighbours of a row with %s, which becomes a dead letter', async (_, changes) => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const rows = [usageRow({}, NOON), usageRow(changes, NOON), usageRow({}, NOON)];

    const letters = new DeadLetterRepository(database.dataSource);
    await usageProcessorOn(database.dataSource, letters).process({ rows });

    const found = await stored();
    expect(found.map((row) => row['attempt_id']).sort()).toEqual(
      [rows[0]?.attempt_id, rows[2]?.attempt_id].sort(),
    );
    expect([...(await letters.findKept('usage', ids(rows)))]).toEqual([rows[1]?.attempt_id]);
  });
}

describe('the ledger on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('the ledger on PostgreSQL', () => {
  guarantees(openPostgres);
});
