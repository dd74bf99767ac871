import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../common/clock';
import { LeftoverAdopter, type AdoptionReport } from './leftover-adopter';
import { Outbox } from './outbox';
import { OutboxDelivery } from './outbox-delivery';
import { OutboxFiles } from './outbox-files';
import { OutboxConfig } from './outbox.config';
import type { OutboxConsumer, OutboxLine } from './outbox-line';
import { OUTBOX_TOPICS, type OutboxTopic } from './outbox-topics';
import { TopicShipper } from './topic-shipper';

const FLUSH_PAUSE_MS = 20;
const FLUSH_DEADLINE_MS = 10_000;
const ADOPTION_DEADLINE_MS = 30_000;

/**
 * Empties the outbox: hands the lines of each topic to the topic's consumer, deletes files whose lines are all
 * recorded, and adopts what dead processes left. Consumers register in `onModuleInit`; shipping starts in
 * `onApplicationBootstrap`, when all have.
 */
@Injectable()
export class OutboxShipper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxShipper.name);
  readonly #deliveries = new Map<string, OutboxDelivery>();
  readonly #shippers = new Map<string, TopicShipper>();
  #adopter: LeftoverAdopter | undefined;
  #adoptTimer: NodeJS.Timeout | undefined;
  #adoption: Promise<AdoptionReport> | undefined;
  readonly #stopping = new AbortController();

  constructor(
    private readonly outbox: Outbox,
    private readonly config: OutboxConfig,
    private readonly files: OutboxFiles,
    private readonly clock: Clock,
  ) {}

  /** Who records the lines of a topic; one consumer each, before {@link start}. */
  register(topic: OutboxTopic, consumer: OutboxConsumer): void {
    if (this.#adopter) throw new Error(`too late to register for the outbox topic "${topic}"`);
    if (this.#deliveries.has(topic)) throw new Error(`the outbox topic "${topic}" has two consumers`);
    this.#deliveries.set(topic, new OutboxDelivery(consumer));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.start();
    void this.adoptLeftovers();
  }

  /** While queue and database are still open. */
  async beforeApplicationShutdown(): Promise<void> {
    const isComplete = await this.stop(FLUSH_DEADLINE_MS);
    if (!isComplete) this.logger.warn('some records are still in the spool; the next process adopts them');
  }

  /**
   * Starts shipping and the periodic search for leftovers; may be called again. Await {@link adoptLeftovers} for
   * complete books at start.
   */
  async start(): Promise<void> {
    await this.outbox.start();
    if (this.#adopter) return;
    this.#requireConsumers();
    this.#adopter = new LeftoverAdopter(this.outbox.spool, this.files, this.#deliveries, this.clock);
    for (const [topic, delivery] of this.#deliveries) {
      const options = { topic, delivery, intervalMs: this.config.shipIntervalMs };
      const shipper = new TopicShipper(this.outbox, this.clock, options);
      this.#shippers.set(topic, shipper);
      shipper.start();
    }
    this.#adoptTimer = setInterval(() => void this.adoptLeftovers(), this.config.adoptIntervalMs).unref();
  }

  /**
   * Records everything left by dead processes. Never rejects: what is not recorded by the deadline stays on disk,
   * is reported as `unfinished` and tried again by the timer. Concurrent calls share one search.
   */
  adoptLeftovers(deadlineMs: number = ADOPTION_DEADLINE_MS): Promise<AdoptionReport> {
    if (!this.#adopter) throw new Error('the outbox shipper is not started');
    this.#adoption ??= this.#adopt(this.#adopter, deadlineMs);
    return this.#adoption;
  }

  /** Ships everything and waits until it is recorded. Returns false when that took longer than the deadline. */
  async flush(deadlineMs: number): Promise<boolean> {
    const deadline = this.clock.monotonic() + deadlineMs;
    while ((this.outbox.writer?.segments.length ?? 0) > 0) {
      const remaining = deadline - this.clock.monotonic();
      if (remaining <= 0) return false;
      // Lines that came meanwhile are in a file of their own, which would stay open for some seconds.
      await this.outbox.writer?.rotate({ onlyWhenOld: false });
      const rounds = [...this.#shippers.values()].map((shipper) => shipper.runRound({ checkNow: true }));
      await Promise.race([Promise.all(rounds), sleep(remaining, undefined, { ref: false })]);
      await sleep(FLUSH_PAUSE_MS);
    }
    return true;
  }

  /** Flushes and stops. Call before {@link Outbox.stop} and while queue and database are still open. */
  async stop(deadlineMs: number): Promise<boolean> {
    for (const shipper of this.#shippers.values()) shipper.stop();
    clearInterval(this.#adoptTimer);
    this.#stopping.abort();
    return this.flush(deadlineMs);
  }

  /**
   * Outcomes and events of this process that are not recorded yet, for rebuilding counters. One may be recorded
   * while this runs: whoever adds them to sums of what is recorded must tell them apart by id.
   */
  async *unrecordedLines(topic: OutboxTopic): AsyncGenerator<OutboxLine> {
    const shipper = this.#shippers.get(topic);
    if (!shipper) throw new Error(`the outbox topic "${topic}" is not being shipped`);
    yield* shipper.unrecordedLines();
  }

  #requireConsumers(): void {
    const missing = OUTBOX_TOPICS.filter((topic) => !this.#deliveries.has(topic));
    if (missing.length > 0) throw new Error(`nobody records the outbox topics ${missing.join(', ')}`);
  }

  async #adopt(adopter: LeftoverAdopter, deadlineMs: number): Promise<AdoptionReport> {
    try {
      const report = await adopter.adopt(deadlineMs, this.#stopping.signal);
      this.outbox.corruptedLines += report.corruptedLines;
      if (this.outbox.writer) this.outbox.writer.leftoverBytes = report.unfinishedBytes;
      const { problem, ...counts } = report;
      if (problem !== undefined)
        this.logger.warn({ err: problem, ...counts }, 'outbox leftovers could not be recorded yet');
      else if (report.folders > 0) this.logger.log(counts, 'outbox leftovers recorded');
      return report;
    } finally {
      this.#adoption = undefined;
    }
  }
}
