import type { DecodedLines } from './line-codec';
import type { MemoryBudget } from './memory-budget';
import { systemErrorCode, type OutboxFiles } from './outbox-files';
import type { OutboxLine } from './outbox-line';
import { readSegment } from './segment-reader';
import { TopicBook, type BookedFile } from './topic-book';

/** One segment file of this process, with a book per topic about what has become of its lines. */
export class LiveSegment implements BookedFile {
  bytes = 0;
  lines = 0;
  /** Unreadable stretches found when the file was read back. */
  corrupted = 0;
  closed = false;
  readonly #books = new Map<string, TopicBook>();

  constructor(
    readonly path: string,
    readonly openedAt: number,
    private readonly files: OutboxFiles,
    private readonly budgetOf: (topic: string) => MemoryBudget,
  ) {}

  get usualLineBytes(): number {
    return this.bytes / this.lines;
  }

  get unshippedCount(): number {
    let count = 0;
    for (const book of this.#books.values()) count += book.unshippedCount;
    return count;
  }

  /** Closed, and every line of every topic recorded: nobody needs the file any more. */
  get isDone(): boolean {
    if (!this.closed) return false;
    for (const book of this.#books.values()) if (!book.done) return false;
    return true;
  }

  /** Books a line that is in the file. */
  note(line: OutboxLine, bytes: number): void {
    this.bytes += bytes;
    this.lines += 1;
    let book = this.#books.get(line.topic);
    if (!book) {
      book = new TopicBook(line.topic, this, this.budgetOf(line.topic));
      this.#books.set(line.topic, book);
    }
    book.note(line, bytes);
  }

  /** Undefined when the file has no line of the topic. */
  bookOf(topic: string): TopicBook | undefined {
    return this.#books.get(topic);
  }

  /** Forgets what is held in memory. */
  drop(): void {
    for (const book of this.#books.values()) book.drop();
  }

  /** A file that somebody deleted counts as unreadable: waiting for it would keep all others from being shipped. */
  async *read(): AsyncGenerator<DecodedLines> {
    let corrupted = 0;
    try {
      for await (const slice of readSegment(this.files, this.path)) {
        corrupted += slice.corrupted;
        yield slice;
      }
      this.corrupted = corrupted;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      this.corrupted = this.lines;
    }
  }
}
