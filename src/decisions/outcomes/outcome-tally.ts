import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { Outbox } from '../../platform/outbox/outbox';
import type { OutcomeCount } from './outcome-count';

/** One outcome of one answer. */
export interface Outcome extends Omit<OutcomeCount, 'day' | 'count' | 'score_sum'> {
  /** 0 bad … 1 good. */
  readonly score: number;
}

const FLUSH_MS = 1_000;
/** A flush in between keeps a burst of tenants from filling the memory. */
const MAX_KEYS = 2_000;

/**
 * Counts outcomes in this process and hands the counts to the outbox about once a second. What a killed process had
 * not handed on is lost: a second of evidence, no money.
 */
@Injectable()
export class OutcomeTally implements BeforeApplicationShutdown {
  private counts = new Map<string, OutcomeCount>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  add({ score, ...key }: Outcome): void {
    const day = new Date(this.clock.now()).toISOString().slice(0, 10);
    const name = JSON.stringify([...Object.values(key), day]);
    const known = this.counts.get(name);
    this.counts.set(name, {
      ...key,
      day,
      count: (known?.count ?? 0) + 1,
      score_sum: (known?.score_sum ?? 0) + Math.min(Math.max(score, 0), 1),
    });
    if (this.counts.size >= MAX_KEYS) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Resolves when everything counted so far is in the outbox, or lost because it is full. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const counts = [...this.counts.values()];
    if (counts.length > 0) {
      this.counts = new Map();
      const id = newId('evt', this.clock.now());
      const payload = { batch_id: id, counts };
      this.writing = this.outbox
        .append({ topic: 'outcome', kind: 'event', id, payload })
        .catch(() => undefined);
    }
    await this.writing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}
