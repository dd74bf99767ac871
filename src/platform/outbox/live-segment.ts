import type { DecodedLines } from './line-codec';
import type { MemoryBudget } from './memory-budget';
import { systemErrorCode, type OutboxFiles } from './outbox-files';
import type { OutboxLine } from './outbox-line';
import { readSegment } from './segment-reader';

/** What a line costs in memory: its attempt id in a map; and an outcome's object, measured against its text. */
const ID_BYTES = 160;
const OBJECT_BYTES_PER_TEXT_BYTE = 3;

interface Held {
  /** Outcomes not yet taken by the consumer. */
  unshipped: { line: OutboxLine; bytes: number }[];
  /** Attempts not yet seen in the ledger, and whether this segment has their outcome. */
  unconfirmed: Map<string, OutboxLine['kind']>;
  bytes: number;
}

/**
 * The book about one segment file of this process: which outcomes still have to be shipped and which attempts
 * still have to appear in the ledger. When memory runs short the book is dropped and read back from the file,
 * once the file is closed and its turn has come.
 */
export class LiveSegment {
  bytes = 0;
  lines = 0;
  outcomes = 0;
  /** Unreadable stretches found when the file was read back. */
  corrupted = 0;
  /** No line will be added any more. */
  closed = false;
  /** When an outcome of this segment was last handed over; monotonic milliseconds. */
  lastShippedAt = 0;
  /** When looking into the ledger makes sense again, and how long to wait after that; monotonic milliseconds. */
  nextCheckAt = 0;
  checkDelayMs = 0;
  #shipped = 0;
  #held: Held | undefined = { unshipped: [], unconfirmed: new Map(), bytes: 0 };

  constructor(
    readonly path: string,
    readonly openedAt: number,
    private readonly files: OutboxFiles,
    private readonly budget: MemoryBudget,
  ) {}

  get unshippedCount(): number {
    return this.outcomes - this.#shipped;
  }

  /** Books a line that is in the file. */
  note(line: OutboxLine, bytes: number): void {
    this.bytes += bytes;
    this.lines += 1;
    if (line.kind === 'outcome') this.outcomes += 1;
    if (this.#held) this.#hold(this.#held, line, bytes);
    if (this.budget.isExceeded) this.drop();
  }

  /** The next outcomes to ship, oldest first; none while a dropped book waits for its file to be closed. */
  async nextOutcomes(max: number): Promise<readonly OutboxLine[]> {
    if (this.unshippedCount === 0 || (!this.#held && !this.closed)) return [];
    const held = await this.#book();
    return held.unshipped.slice(0, max).map((entry) => entry.line);
  }

  /** The consumer took the first `count` of {@link nextOutcomes}. */
  markShipped(count: number, now: number): void {
    this.#shipped += count;
    this.lastShippedAt = now;
    if (!this.#held) return;
    const taken = this.#held.unshipped.splice(0, count);
    this.#release(this.#held, sum(taken.map((entry) => entry.bytes)) * OBJECT_BYTES_PER_TEXT_BYTE);
    if (this.unshippedCount === 0) this.dropWhenShort();
  }

  async unconfirmedIds(): Promise<readonly string[]> {
    const held = await this.#book();
    return [...held.unconfirmed.keys()];
  }

  /** These attempts are in the ledger. Returns how many are left. */
  confirm(recorded: Iterable<string>): number {
    if (!this.#held) return this.lines;
    for (const id of recorded) if (this.#held.unconfirmed.delete(id)) this.#release(this.#held, ID_BYTES);
    return this.#held.unconfirmed.size;
  }

  /** Outcomes of this file whose attempts are not in the ledger as far as is known. */
  async unconfirmedOutcomes(): Promise<readonly OutboxLine[]> {
    const known = this.#held?.unconfirmed;
    if (known && ![...known.values()].includes('outcome')) return [];
    const found: OutboxLine[] = [];
    for await (const { lines } of this.#read()) {
      for (const line of lines)
        if (line.kind === 'outcome' && (known?.has(line.attemptId) ?? true)) found.push(line);
    }
    return found;
  }

  /** Forgets what is held in memory; it is read back from the file when needed. */
  drop(): void {
    if (this.#held) this.budget.giveBack(this.#held.bytes);
    this.#held = undefined;
  }

  /** Called after each step, so that at most one book read back is in memory beyond the budget. */
  dropWhenShort(): void {
    if (this.budget.isExceeded && this.closed) this.drop();
  }

  async #book(): Promise<Held> {
    if (this.#held) return this.#held;
    const held: Held = { unshipped: [], unconfirmed: new Map(), bytes: 0 };
    const usualBytes = this.bytes / this.lines;
    this.corrupted = 0;
    for await (const { lines, corrupted } of this.#read()) {
      this.corrupted += corrupted;
      for (const line of lines) this.#hold(held, line, usualBytes);
    }
    const shipped = held.unshipped.splice(0, this.#shipped);
    this.#release(held, sum(shipped.map((entry) => entry.bytes)) * OBJECT_BYTES_PER_TEXT_BYTE);
    // A line that became unreadable on the disk must not be waited for.
    this.outcomes = this.#shipped + held.unshipped.length;
    this.#held = held;
    return held;
  }

  /** A file that somebody deleted counts as unreadable: waiting for it would keep all others from being shipped. */
  async *#read(): AsyncGenerator<DecodedLines> {
    try {
      yield* readSegment(this.files, this.path);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      yield { lines: [], corrupted: this.lines, torn: false };
    }
  }

  #hold(held: Held, line: OutboxLine, bytes: number): void {
    let cost = held.unconfirmed.has(line.attemptId) ? 0 : ID_BYTES;
    held.unconfirmed.set(line.attemptId, line.kind);
    if (line.kind === 'outcome') {
      held.unshipped.push({ line, bytes });
      cost += bytes * OBJECT_BYTES_PER_TEXT_BYTE;
    }
    held.bytes += cost;
    this.budget.take(cost);
  }

  #release(held: Held, bytes: number): void {
    held.bytes -= bytes;
    this.budget.giveBack(bytes);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
