import { Logger } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { silentMetrics, usageRow } from '../../../test/support/cost-kit';
import { DeadLetterRepository, type LedgerTopic, type RefusedRow } from './dead-letter.repository';
import { ExpiredHoldRows } from './expired-hold-rows';
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

class MemoryLetters extends DeadLetterRepository {
  readonly kept: RefusedRow[] = [];

  constructor() {
    super(undefined as never);
  }

  override async keep(_topic: LedgerTopic, rows: readonly RefusedRow[]): Promise<void> {
    this.kept.push(...rows);
  }
}

class NoExpiredHolds extends ExpiredHoldRows {
  constructor() {
    super(undefined as never, undefined as never);
  }

  override replaced(): Promise<void> {
    return Promise.resolve();
  }
}

describe('UsageProcessor', () => {
  let books: PickyLedger;
  let letters: MemoryLetters;
  let processor: UsageProcessor;
  const rows = Array.from({ length: 5 }, () => usageRow());
  const ids = rows.map((row) => row.attempt_id);

  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    books = new PickyLedger();
    letters = new MemoryLetters();
    processor = new UsageProcessor(books, new NoExpiredHolds(), letters, silentMetrics());
  });

  it('books a batch with one statement', async () => {
    await processor.process({ rows });

    expect(books.booked).toEqual(ids);
    expect(books.calls).toBe(1);
    expect(letters.kept).toEqual([]);
  });

  it('books the neighbours of a row the database refuses, and keeps it with the reason', async () => {
    books.refused = ids[2];

    await processor.process({ rows });

    expect(books.booked).toEqual(ids.filter((id) => id !== ids[2]));
    expect(letters.kept).toEqual([{ id: ids[2], payload: rows[2], reason: '22P05 bad value' }]);
  });

  it('books the neighbours of a row that is none, and keeps it under the id of its line', async () => {
    const broken = { ...rows[1], usage: 1 };

    await processor.process({ rows: [null, rows[0], broken], ids: ['att_a', 'att_b', 'att_c'] });

    expect(books.booked).toEqual([ids[0]]);
    expect(letters.kept.map(({ id, payload }) => [id, payload])).toEqual([
      ['att_a', null],
      ['att_c', broken],
    ]);
  });

  it('asks a database that is away once, not once per row, and takes no row for refused', async () => {
    books.isAway = true;

    await expect(processor.process({ rows })).rejects.toThrow('refused');

    expect(books.calls).toBe(1);
    expect(letters.kept).toEqual([]);
  });
});
