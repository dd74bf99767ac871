import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../common/clock';
import type { OutboxDelivery } from './outbox-delivery';
import type { OutboxFiles } from './outbox-files';
import type { OutboxLine } from './outbox-line';
import { readSegment } from './segment-reader';

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 1_000;
/** A line that has not reached its table by then is shipped once more. */
const RESHIP_AFTER_MS = 30_000;

export interface TopicAdopterOptions {
  readonly topic: string;
  readonly delivery: OutboxDelivery;
  readonly files: OutboxFiles;
  readonly clock: Clock;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** How many lines of a topic had to be shipped. */
export interface TopicAdoption {
  readonly lines: number;
  readonly orphans: number;
}

/** Records the lines of one topic in one folder of a dead process. */
export class TopicAdopter {
  constructor(private readonly options: TopicAdopterOptions) {}

  /**
   * File by file, so that memory holds one file's lines and the calls still open at its end. Rejects when
   * something was not recorded by the deadline.
   */
  async adopt(paths: readonly string[]): Promise<TopicAdoption> {
    const { delivery } = this.options;
    const open = new Map<string, OutboxLine>();
    const adopted = delivery.beginAdoption();
    let lines = 0;
    for (const path of paths) {
      const found: OutboxLine[] = [];
      for await (const line of this.#linesOf(path)) {
        if (line.kind === 'intent') open.set(line.id, line);
        else {
          open.delete(line.id);
          found.push(line);
          adopted?.add(line);
        }
      }
      lines += await this.#settle(found);
    }
    // A file with the outcome may have been deleted before its owner died: settling leaves out what is recorded.
    const estimates = [...open.values()]
      .map((intent) => delivery.outcomeOfOrphan(intent))
      .filter((line) => line !== undefined);
    const orphans = await this.#settle(estimates);
    for (const estimate of estimates) adopted?.add(estimate);
    await adopted?.finish();
    return { lines, orphans };
  }

  async *#linesOf(path: string): AsyncGenerator<OutboxLine> {
    for await (const { lines } of readSegment(this.options.files, path))
      for (const line of lines) if (line.topic === this.options.topic) yield line;
  }

  /** Ships what is not recorded and waits until it is. Returns how many that were. */
  async #settle(lines: readonly OutboxLine[]): Promise<number> {
    const { delivery } = this.options;
    const first = await delivery.withoutRecorded(lines);
    let missing = first;
    while (missing.length > 0) {
      await delivery.ship(missing);
      missing = await this.#awaitRecorded(missing);
    }
    return first.length;
  }

  /** Returns those that are still missing after a while; rejects at the deadline. */
  async #awaitRecorded(lines: readonly OutboxLine[]): Promise<readonly OutboxLine[]> {
    const { clock, delivery, deadline, signal, topic } = this.options;
    const reshipAt = clock.monotonic() + RESHIP_AFTER_MS;
    let pause = FIRST_POLL_MS;
    let missing = await delivery.withoutRecorded(lines);
    while (missing.length > 0 && clock.monotonic() < reshipAt) {
      if (clock.monotonic() >= deadline)
        throw new Error(`leftovers of the topic "${topic}" were not recorded in time`);
      await sleep(pause, undefined, { signal });
      pause = Math.min(pause * 2, LONGEST_POLL_MS);
      missing = await delivery.withoutRecorded(missing);
    }
    return missing;
  }
}
