import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { LeftoverAdopter, type AdoptionReport } from './leftover-adopter';
import type { LiveSegment } from './live-segment';
import { Outbox } from './outbox';
import { OutboxDelivery } from './outbox-delivery';
import { OutboxFiles } from './outbox-files';
import { OutboxConfig } from './outbox.config';
import type { OutboxConsumer, OutboxLine } from './outbox-line';

const LONGEST_PAUSE_MS = 10_000;
const FIRST_CHECK_DELAY_MS = 250;
const LONGEST_CHECK_DELAY_MS = 30_000;
/** An outcome that has not reached the ledger by then is shipped once more. */
const RESHIP_AFTER_MS = 30_000;
const FLUSH_PAUSE_MS = 20;
const ADOPTION_DEADLINE_MS = 30_000;

/**
 * Empties the outbox: hands outcomes to the consumer, deletes files whose attempts are all in the ledger, and
 * adopts what dead processes left. Does nothing until the module that owns the ledger calls `start`.
 */
@Injectable()
export class OutboxShipper {
  private readonly logger = new Logger(OutboxShipper.name);
  #delivery: OutboxDelivery | undefined;
  #adopter: LeftoverAdopter | undefined;
  #shipTimer: NodeJS.Timeout | undefined;
  #adoptTimer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #adoption: Promise<AdoptionReport> | undefined;
  #failures = 0;
  readonly #stopping = new AbortController();

  constructor(
    private readonly outbox: Outbox,
    private readonly config: OutboxConfig,
    private readonly files: OutboxFiles,
    private readonly clock: Clock,
  ) {}

  /** Starts shipping and the periodic search for leftovers. Await {@link adoptLeftovers} for complete books at start. */
  async start(consumer: OutboxConsumer): Promise<void> {
    if (this.#delivery) return;
    await this.outbox.start();
    this.#delivery = new OutboxDelivery(consumer);
    this.#adopter = new LeftoverAdopter(this.outbox.spool, this.files, this.#delivery, this.clock);
    this.#scheduleRound();
    this.#adoptTimer = setInterval(() => void this.adoptLeftovers(), this.config.adoptIntervalMs).unref();
  }

  /**
   * Books everything left by dead processes and waits for the ledger to have it. Never rejects: what the ledger
   * does not have by the deadline stays on disk, is reported as `unfinished` and tried again by the timer.
   */
  adoptLeftovers(deadlineMs: number = ADOPTION_DEADLINE_MS): Promise<AdoptionReport> {
    if (!this.#adopter) throw new Error('the outbox shipper is not started');
    this.#adoption ??= this.#adopt(this.#adopter, deadlineMs);
    return this.#adoption;
  }

  /** Ships everything and waits until the ledger has it. Returns false when that took longer than the deadline. */
  async flush(deadlineMs: number): Promise<boolean> {
    const deadline = this.clock.monotonic() + deadlineMs;
    await this.outbox.writer?.rotate({ onlyWhenOld: false });
    while ((this.outbox.writer?.segments.length ?? 0) > 0) {
      const remaining = deadline - this.clock.monotonic();
      if (remaining <= 0) return false;
      await Promise.race([this.#runRound({ checkNow: true }), sleep(remaining, undefined, { ref: false })]);
      await sleep(FLUSH_PAUSE_MS);
    }
    return true;
  }

  /** Flushes and stops. Call before {@link Outbox.stop} and while queue and database are still open. */
  async stop(deadlineMs: number): Promise<boolean> {
    clearTimeout(this.#shipTimer);
    clearInterval(this.#adoptTimer);
    this.#shipTimer = undefined;
    this.#stopping.abort();
    return this.flush(deadlineMs);
  }

  /**
   * Outcomes of this process that the ledger does not have yet, for rebuilding counters. One may be recorded
   * while this runs: whoever adds them to sums from the ledger must tell them apart by attempt id.
   */
  async *unshippedOutcomes(): AsyncGenerator<OutboxLine> {
    if (!this.#delivery) throw new Error('the outbox shipper is not started');
    for (const segment of [...(this.outbox.writer?.segments ?? [])]) {
      const outcomes = await segment.unconfirmedOutcomes();
      yield* await this.#delivery.withoutRecorded(outcomes);
    }
  }

  #scheduleRound(): void {
    const pause = Math.min(this.config.shipIntervalMs * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#shipTimer = setTimeout(() => {
      void this.#runRound({ checkNow: false }).then(() => {
        if (this.#shipTimer) this.#scheduleRound();
      });
    }, pause).unref();
  }

  /** Rounds never overlap: one that is asked for while another runs follows it. */
  #runRound(options: { checkNow: boolean }): Promise<void> {
    this.#round = this.#round.then(async () => {
      try {
        for (const segment of [...(this.outbox.writer?.segments ?? [])]) await this.#ship(segment);
        for (const segment of [...(this.outbox.writer?.segments ?? [])]) await this.#check(segment, options);
        this.#failures = 0;
      } catch (error) {
        if (this.#failures === 0)
          this.logger.warn({ err: error, pending: this.outbox.pending() }, 'outbox cannot deliver');
        this.#failures = Math.min(this.#failures + 1, 16);
      }
    });
    return this.#round;
  }

  async #ship(segment: LiveSegment): Promise<void> {
    if (!this.#delivery) return;
    for (;;) {
      const batch = await segment.nextOutcomes(this.#delivery.batchSize);
      if (batch.length === 0) return;
      await this.#delivery.ship(batch);
      segment.markShipped(batch.length, this.clock.monotonic());
    }
  }

  /** Deletes a closed and shipped file once the ledger has all its attempts; ships stragglers again. */
  async #check(segment: LiveSegment, { checkNow }: { checkNow: boolean }): Promise<void> {
    const now = this.clock.monotonic();
    const due = checkNow || now >= segment.nextCheckAt;
    if (!this.#delivery || !segment.closed || segment.unshippedCount > 0 || !due) return;
    const recorded = await this.#delivery.findRecorded(await segment.unconfirmedIds());
    if (segment.confirm(recorded) === 0) {
      this.outbox.corruptedLines += segment.corrupted;
      await this.outbox.writer?.discard(segment);
      return;
    }
    if (now - segment.lastShippedAt >= RESHIP_AFTER_MS) await this.#reship(segment, this.#delivery);
    segment.dropWhenShort();
    segment.checkDelayMs = Math.min(
      Math.max(segment.checkDelayMs * 2, FIRST_CHECK_DELAY_MS),
      LONGEST_CHECK_DELAY_MS,
    );
    segment.nextCheckAt = now + segment.checkDelayMs;
  }

  async #reship(segment: LiveSegment, delivery: OutboxDelivery): Promise<void> {
    await delivery.ship(await segment.unconfirmedOutcomes());
    segment.lastShippedAt = this.clock.monotonic();
  }

  async #adopt(adopter: LeftoverAdopter, deadlineMs: number): Promise<AdoptionReport> {
    try {
      const report = await adopter.adopt(deadlineMs, this.#stopping.signal);
      this.outbox.corruptedLines += report.corruptedLines;
      if (this.outbox.writer) this.outbox.writer.leftoverBytes = report.unfinishedBytes;
      const { problem, ...counts } = report;
      if (problem !== undefined)
        this.logger.warn({ err: problem, ...counts }, 'outbox leftovers could not be booked yet');
      else if (report.folders > 0) this.logger.log(counts, 'outbox leftovers booked');
      return report;
    } finally {
      this.#adoption = undefined;
    }
  }
}
