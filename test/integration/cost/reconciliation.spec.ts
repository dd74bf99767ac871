import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import { Reconciliation } from '../../../src/cost/ledger/reconciliation';
import { NO_USAGE } from '../../../src/llm/token-usage';
import { usageRow } from '../../support/cost-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let reconciliation: Reconciliation;

  beforeAll(async () => {
    database = await open();
    reconciliation = new Reconciliation(database.dataSource);
  }, 180_000);
  afterAll(() => database.close());
  beforeEach(() =>
    database.dataSource.query(
      'TRUNCATE usage_record, request_record, usage_rollup_hour, usage_rollup_day, latency_rollup, rollup_key',
    ),
  );

  const row = usageRow({
    cost_nano_usd: '1000',
    cost_source: 'estimated',
    status: 'aborted',
    usage: { ...NO_USAGE, inputUncached: 100, outputText: 50 },
  });
  const book = (): Promise<unknown> => new LedgerRepository(database.dataSource).append([row]);
  const sums = async (): Promise<unknown> => {
    const [found] = await database.dataSource.query<Record<string, string>[]>(
      `SELECT (SELECT sum(cost_nano_usd) FROM usage_record) AS ledger, (SELECT count(*) FROM usage_record) AS rows,
         (SELECT sum(cost_nano_usd) FROM usage_rollup_day WHERE NOT detailed) AS rolled_up,
         (SELECT sum(output_tokens) FROM usage_rollup_hour WHERE detailed) AS output_tokens,
         (SELECT sum(calls) FROM usage_rollup_day WHERE NOT detailed) AS calls,
         (SELECT sum(cost_nano_usd) FROM request_record) AS request, (SELECT sum(attempts) FROM request_record) AS attempts`,
    );
    return found;
  };

  it('books the difference, in the ledger, the roll-ups and the record of the request, and counts no further call', async () => {
    await book();

    const call = {
      attemptId: row.attempt_id,
      costNanoUsd: 700n,
      usage: { input_uncached: 100, output_text: 30 },
    };
    await expect(reconciliation.reconcile('org_1', call)).resolves.toBe('corrected');
    await expect(reconciliation.reconcile('org_1', call)).resolves.toBe('unchanged');

    expect(await sums()).toEqual({
      ledger: '700',
      rows: '2',
      rolled_up: '700',
      output_tokens: '30',
      calls: '1',
      request: '700',
      attempts: '1',
    });
    const [correction] = await database.dataSource.query<Record<string, unknown>[]>(
      'SELECT corrects_id, cost_nano_usd, cost_source, started_at, status FROM usage_record WHERE corrects_id IS NOT NULL',
    );
    expect(correction).toEqual({
      corrects_id: row.attempt_id,
      cost_nano_usd: '-300',
      cost_source: 'reconciled',
      started_at: new Date(row.started_at),
      status: 'aborted',
    });
  });

  it('lets the last source win, once, when several tell the same at the same time', async () => {
    await book();
    const call = { attemptId: row.attempt_id, costNanoUsd: 1_500n };

    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => reconciliation.reconcile('org_1', call)),
    );

    expect(outcomes.toSorted()).toEqual(['corrected', 'unchanged', 'unchanged', 'unchanged']);
    expect(await sums()).toMatchObject({ ledger: '1500', rolled_up: '1500', rows: '2' });
  });

  it('corrects no call of another organization, and none that nobody made', async () => {
    await book();

    await expect(
      reconciliation.reconcile('org_2', { attemptId: row.attempt_id, costNanoUsd: 0n }),
    ).resolves.toBe('unknown');
    await expect(
      reconciliation.reconcile('org_1', { attemptId: usageRow().attempt_id, costNanoUsd: 0n }),
    ).resolves.toBe('unknown');
    expect(await sums()).toMatchObject({ ledger: '1000', rows: '1' });
  });
}

describe('reconciliation on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('reconciliation on PostgreSQL', () => {
  guarantees(openPostgres);
});
