import type { DecodedLines } from './line-codec';
import type { MemoryBudget } from './memory-budget';
import type { OutboxLine, OutboxLineKind } from './outbox-line';

/** What a line costs in memory: its id in a map; and a deliverable line's object, measured against its text. */
const ID_BYTES = 160;
const OBJECT_BYTES_PER_TEXT_BYTE = 3;

interface Held {
  /** Outcomes and events not yet taken by the consumer. */
  unshipped: { line: OutboxLine; bytes: number }[];
  /** Ids not yet seen in their table, and the last kind of line this file has for them. */
  unconfirmed: Map<string, OutboxLineKind>;
  bytes: number;
}

/** The file a book is about, read back slice by slice. */
export interface BookedFile {
  /** No line will be added any more. */
  readonly closed: boolean;
  /** Size of a line, on average. */
  readonly usualLineBytes: number;
  read(): AsyncGenerator<DecodedLines>;
}

/**
 * The book about the lines of one topic in one file: which still have to be shipped and which ids still have to
 * appear in their table. When memory runs short the book is dropped and read back from the file, once the file is
 * closed and its turn has come.
 */
export class TopicBook {
  /** Outcomes and events. */
  deliverable = 0;
  /** The file is closed and everything of this topic is recorded. */
  done = false;
  /** When a line was last handed over; monotonic milliseconds. */
  lastShippedAt = 0;
  /** When looking for the records makes sense again, and how long to wait after that; monotonic milliseconds. */
  nextCheckAt = 0;
  checkDelayMs = 0;
  #lines = 0;
  #shipped = 0;
  #held: Held | undefined = emptyHeld();

  constructor(
    private readonly topic: string,
    private readonly file: BookedFile,
    private readonly budget: MemoryBudget,
  ) {}

  get unshippedCount(): number {
    return this.deliverable - this.#shipped;
  }

  /** Books a line that is in the file. */
  note(line: OutboxLine, bytes: number): void {
    this.#lines += 1;
    if (line.kind !== 'intent') this.deliverable += 1;
    if (this.#held) this.#hold(this.#held, line, bytes);
    if (this.budget.isExceeded) this.drop();
  }

  /** The next lines to ship, oldest first; none while a dropped book waits for its file to be closed. */
  async nextLines(max: number): Promise<readonly OutboxLine[]> {
    if (this.unshippedCount === 0 || (!this.#held && !this.file.closed)) return [];
    const held = await this.#book();
    return held.unshipped.slice(0, max).map((entry) => entry.line);
  }

  /** The consumer took the first `count` of {@link nextLines}. */
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

  /** These ids are recorded. Returns how many are left. */
  confirm(recorded: Iterable<string>): number {
    if (!this.#held) return this.#lines;
    for (const id of recorded) if (this.#held.unconfirmed.delete(id)) this.#release(this.#held, ID_BYTES);
    return this.#held.unconfirmed.size;
  }

  /** Outcomes and events of this file that are not recorded as far as is known. */
  async unconfirmedLines(): Promise<readonly OutboxLine[]> {
    const known = this.#held?.unconfirmed;
    if (this.done || (known && ![...known.values()].some((kind) => kind !== 'intent'))) return [];
    const found: OutboxLine[] = [];
    for await (const { lines } of this.file.read()) {
      for (const line of lines)
        if (this.#isDeliverable(line) && (known?.has(line.id) ?? true)) found.push(line);
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
    if (this.budget.isExceeded && this.file.closed) this.drop();
  }

  async #book(): Promise<Held> {
    if (this.#held) return this.#held;
    const held = emptyHeld();
    const { usualLineBytes } = this.file;
    for await (const { lines } of this.file.read()) {
      for (const line of lines) if (line.topic === this.topic) this.#hold(held, line, usualLineBytes);
    }
    const shipped = held.unshipped.splice(0, this.#shipped);
    this.#release(held, sum(shipped.map((entry) => entry.bytes)) * OBJECT_BYTES_PER_TEXT_BYTE);
    // A line that became unreadable on the disk must not be waited for.
    this.deliverable = this.#shipped + held.unshipped.length;
    this.#held = held;
    return held;
  }

  #isDeliverable(line: OutboxLine): boolean {
    return line.topic === this.topic && line.kind !== 'intent';
  }

  #hold(held: Held, line: OutboxLine, bytes: number): void {
    let cost = held.unconfirmed.has(line.id) ? 0 : ID_BYTES;
    held.unconfirmed.set(line.id, line.kind);
    if (line.kind !== 'intent') {
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

function emptyHeld(): Held {
  return { unshipped: [], unconfirmed: new Map(), bytes: 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
