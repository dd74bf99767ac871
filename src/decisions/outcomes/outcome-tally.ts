import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { Outbox } from '../../platform/outbox/outbox';
import type { AnswerOutcome, OutcomeCount } from './outcome-count';

/** One outcome of one answer. */
export interface Outcome extends Omit<OutcomeCount, 'day' | 'count' | 'score_sum'> {
  /** 0 bad … 1 good. */
  readonly score: number;
  /** The request whose decision it says something about; absent when that is not kept. */
  readonly requestId?: string;
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
  private answers = new Map<string, AnswerOutcome>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  add({ score: given, requestId, ...key }: Outcome): void {
    const score = Math.min(Math.max(given, 0), 1);
    const day = new Date(this.clock.now()).toISOString().slice(0, 10);
    const name = JSON.stringify([...Object.values(key), day]);
    const known = this.counts.get(name);
    this.counts.set(name, {
      ...key,
      day,
      count: (known?.count ?? 0) + 1,
      score_sum: (known?.score_sum ?? 0) + score,
    });
    if (requestId !== undefined) this.addAnswer(requestId, { ...key, score });
    if (this.counts.size + this.answers.size >= MAX_KEYS) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** The last word of a source about an answer counts. */
  private addAnswer(requestId: string, outcome: Outcome): void {
    const { organization_id, provider, model, source, score } = outcome;
    const answer = { request_id: requestId, organization_id, provider, model, source, score };
    this.answers.set(`${requestId} ${source}`, answer);
  }

  /** Resolves when everything counted so far is in the outbox, or lost because it is full. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const counts = [...this.counts.values()];
    const answers = [...this.answers.values()];
    if (counts.length > 0) {
      this.counts = new Map();
      this.answers = new Map();
      const id = newId('evt', this.clock.now());
      const payload = { batch_id: id, counts, answers };
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
