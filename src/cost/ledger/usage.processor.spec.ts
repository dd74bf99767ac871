import { Logger } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { silentMetrics, usageRow } from '../../../test/support/cost-kit';
import { LedgerRepository } from './ledger.repository';
import type { UsageRow } from './usage-row';
import { UsageProcessor } from './usage.processor';

/** Refuses what it is told to refuse, the way the database does. */
class PickyLedger extends LedgerRepository {
  readonly booked: string[] = [];
  calls = 0;
  refused: string | undefined;
  isAway = false;

  constructor() {
    super(undefined as never);
  }

  override async append(rows: readonly UsageRow[]): Promise<ReadonlySet<string>> {
    this.calls += 1;
    if (this.isAway) throw new Error('connection refused');
    if (rows.some((row) => row.attempt_id === this.refused)) {
      throw new QueryFailedError('INSERT', [], Object.assign(new Error('bad value'), { code: '22P05' }));
    }
    this.booked.push(...rows.map((row) => row.attempt_id));
    return new Set(rows.map((row) => row.attempt_id));
  }
}

describe('UsageProcessor', () => {
  const ledger = () => new PickyLedger();
  const rows = Array.from({ length: 5 }, () => usageRow());
  const ids = rows.map((row) => row.attempt_id);

  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
  });

  it('books a batch with one statement', async () => {
    const books = ledger();

    await new UsageProcessor(books, silentMetrics()).process({ rows });

    expect(books.booked).toEqual(ids);
    expect(books.calls).toBe(1);
  });

  it('books the neighbours of a row the database refuses, and fails so that the row is tried again', async () => {
    const books = ledger();
    books.refused = ids[2];

    await expect(new UsageProcessor(books, silentMetrics()).process({ rows })).rejects.toThrow('1 of 5');

    expect(books.booked).toEqual(ids.filter((id) => id !== ids[2]));
  });

  it('books the neighbours of a row that is none', async () => {
    const books = ledger();

    await new UsageProcessor(books, silentMetrics()).process({
      rows: [null, rows[0], { ...rows[1], usage: 1 }],
    });

    expect(books.booked).toEqual([ids[0]]);
  });

  it('asks a database that is away once, not once per row', async () => {
    const books = ledger();
    books.isAway = true;

    await expect(new UsageProcessor(books, silentMetrics()).process({ rows })).rejects.toThrow('refused');

    expect(books.calls).toBe(1);
  });
});
