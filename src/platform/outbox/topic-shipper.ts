import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock';
import type { LiveSegment } from './live-segment';
import type { Outbox } from './outbox';
import type { OutboxDelivery } from './outbox-delivery';
import type { OutboxLine } from './outbox-line';
import type { TopicBook } from './topic-book';

const LONGEST_PAUSE_MS = 10_000;
const MOST_DOUBLINGS = 16;
const FIRST_CHECK_DELAY_MS = 250;
const LONGEST_CHECK_DELAY_MS = 30_000;
/** A line that has not reached its table by then is shipped once more. */
const RESHIP_AFTER_MS = 30_000;

export interface TopicShipperOptions {
  readonly topic: string;
  readonly delivery: OutboxDelivery;
  readonly intervalMs: number;
}

/**
 * Ships the lines of one topic and looks for their records. Each topic has rounds and pauses of its own, so that a
 * consumer that cannot deliver holds up nobody else; only the files stay until it can.
 */
export class TopicShipper {
  private readonly logger = new Logger(TopicShipper.name);
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly options: TopicShipperOptions,
  ) {}

  start(): void {
    const pause = Math.min(this.options.intervalMs * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => {
      void this.runRound({ checkNow: false }).then(() => {
        if (this.#timer) this.start();
      });
    }, pause).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Never rejects. Rounds do not overlap: one that is asked for while another runs follows it. */
  runRound(options: { checkNow: boolean }): Promise<void> {
    this.#round = this.#round.then(async () => {
      try {
        for (const segment of this.#segments()) await this.#ship(segment);
        for (const segment of this.#segments()) await this.#check(segment, options);
        this.#failures = 0;
      } catch (error) {
        this.#noteFailure(error);
      }
    });
    return this.#round;
  }

  /** Outcomes and events of this process that are not recorded yet. */
  async *unrecordedLines(): AsyncGenerator<OutboxLine> {
    for (const segment of this.#segments()) {
      const lines = await segment.bookOf(this.options.topic)?.unconfirmedLines();
      if (lines) yield* await this.options.delivery.withoutRecorded(lines);
    }
  }

  #segments(): readonly LiveSegment[] {
    return [...(this.outbox.writer?.segments ?? [])];
  }

  async #ship(segment: LiveSegment): Promise<void> {
    const book = segment.bookOf(this.options.topic);
    if (!book) return;
    for (;;) {
      const batch = await book.nextLines(this.options.delivery.batchSize);
      if (batch.length === 0) return;
      await this.options.delivery.ship(batch);
      book.markShipped(batch.length, this.clock.monotonic());
    }
  }

  /** Deletes a closed file once all of its lines of all topics are recorded; ships stragglers again. */
  async #check(segment: LiveSegment, { checkNow }: { checkNow: boolean }): Promise<void> {
    const book = segment.bookOf(this.options.topic);
    const isDue = checkNow || this.clock.monotonic() >= (book?.nextCheckAt ?? 0);
    if (book && !book.done && segment.closed && book.unshippedCount === 0 && isDue)
      await this.#checkBook(book);
    if (segment.isDone) await this.#discard(segment);
  }

  async #checkBook(book: TopicBook): Promise<void> {
    const now = this.clock.monotonic();
    const { delivery } = this.options;
    const recorded = await delivery.findRecorded(await book.unconfirmedIds());
    if (book.confirm(recorded) === 0) {
      book.done = true;
      return;
    }
    if (now - book.lastShippedAt >= RESHIP_AFTER_MS) {
      await delivery.ship(await book.unconfirmedLines());
      book.lastShippedAt = this.clock.monotonic();
    }
    book.dropWhenShort();
    book.checkDelayMs = Math.min(
      Math.max(book.checkDelayMs * 2, FIRST_CHECK_DELAY_MS),
      LONGEST_CHECK_DELAY_MS,
    );
    book.nextCheckAt = now + book.checkDelayMs;
  }

  async #discard(segment: LiveSegment): Promise<void> {
    const wasThere = await this.outbox.writer?.discard(segment);
    if (wasThere) this.outbox.corruptedLines += segment.corrupted;
  }

  #noteFailure(error: unknown): void {
    if (this.#failures === 0) {
      const { topic } = this.options;
      this.logger.warn({ err: error, topic, pending: this.outbox.pending() }, 'outbox cannot deliver');
    }
    this.#failures = Math.min(this.#failures + 1, MOST_DOUBLINGS);
  }
}
