import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { type MetricsService } from '../../telemetry/metrics.service';
import { type DeadLetterRepository, type LedgerTopic, type RefusedRow } from './dead-letter.repository';

/** SQLSTATE classes of data the database does not take: wrong values, broken constraints. */
const REFUSALS = /^(?:22|23)/;
const RETRY_BATCH = 200;

/** Rows of a job, and the ids of the outbox lines they come from. */
export interface RowsJob {
  readonly rows: readonly unknown[];
  readonly ids?: readonly string[];
}

/** What became of rows that were tried once more. */
export interface RetryCount {
  readonly booked: number;
  readonly refused: number;
}

/**
 * Books batches of rows. A row the database refuses must not keep its neighbours from being booked, and must not be
 * lost: when a batch fails, each row is tried alone, and what is refused alone becomes a dead letter.
 */
export abstract class RowProcessor<Row> {
  protected abstract readonly topic: LedgerTopic;
  /** The field that has the id of a row, which is that of its outbox line. */
  protected abstract readonly idField: string;
  private readonly logger = new Logger(this.constructor.name);

  constructor(
    private readonly letters: DeadLetterRepository,
    protected readonly metrics: MetricsService,
  ) {}

  protected abstract parse(value: unknown): Row | undefined;
  protected abstract book(rows: readonly Row[]): Promise<void>;

  /** Rejects when the database is away: with the data as the reason, trying again would change nothing. */
  async process(job: RowsJob): Promise<void> {
    const lines = job.rows.map((payload, index) => ({
      id: job.ids?.[index] ?? this.nameOf(payload),
      payload,
    }));
    const refused = await this.bookOrRefuse(lines);
    if (refused.length === 0) return;
    await this.letters.keep(this.topic, refused);
    this.metrics.deadLetters(this.topic, refused.length);
    this.logger.error({
      message: 'The ledger refused rows; they are kept as dead letters',
      topic: this.topic,
      refused: refused.map(({ id, reason }) => ({ id, reason })).slice(0, 5),
      count: refused.length,
    });
  }

  /** Tries every dead letter of this kind once more; those that are booked are dead no longer. */
  async retryDeadLetters(): Promise<RetryCount> {
    const count = { booked: 0, refused: 0 };
    let after = '';
    for (;;) {
      const letters = await this.letters.open(this.topic, RETRY_BATCH, after);
      for (const letter of letters) {
        const refused = await this.bookOrRefuse([letter]);
        if (refused.length === 0) await this.letters.forget(this.topic, letter.id);
        else await this.letters.keep(this.topic, refused);
        count[refused.length === 0 ? 'booked' : 'refused'] += 1;
      }
      const last = letters.at(-1);
      if (!last || letters.length < RETRY_BATCH) return count;
      after = last.id;
    }
  }

  private async bookOrRefuse(
    lines: readonly Pick<RefusedRow, 'id' | 'payload'>[],
  ): Promise<readonly RefusedRow[]> {
    const parsed = lines.map((line) => ({ ...line, row: this.parse(line.payload) }));
    const refused: RefusedRow[] = parsed
      .filter(({ row }) => row === undefined)
      .map(({ id, payload }) => ({ id, payload, reason: 'not a row of the ledger' }));
    const good = parsed.flatMap(({ id, payload, row }) => (row === undefined ? [] : [{ id, payload, row }]));
    try {
      await this.book(good.map(({ row }) => row));
      return refused;
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
    }
    for (const { id, payload, row } of good) {
      const reason = await this.reasonAgainst(row);
      if (reason !== undefined) refused.push({ id, payload, reason });
    }
    return refused;
  }

  /** For rows of a job that does not say where they come from. */
  private nameOf(payload: unknown): string {
    const own = isJsonObject(payload) ? payload[this.idField] : undefined;
    if (typeof own === 'string') return own;
    return createHash('sha256')
      .update(JSON.stringify([payload]))
      .digest('hex');
  }

  private async reasonAgainst(row: Row): Promise<string | undefined> {
    try {
      await this.book([row]);
      return undefined;
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      return reason;
    }
  }
}

/** Why the data is refused; undefined when it is not the reason: with a database that is away, one row after the other would only fail more slowly. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const code: unknown = Reflect.get(error.driverError, 'code');
  return typeof code === 'string' && REFUSALS.test(code) ? `${code} ${error.message}` : undefined;
}
