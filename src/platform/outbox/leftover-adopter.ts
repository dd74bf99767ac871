import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../common/clock';
import type { OutboxDelivery } from './outbox-delivery';
import type { OutboxFiles } from './outbox-files';
import type { OutboxLine } from './outbox-line';
import { readSegment } from './segment-reader';
import type { Spool, SpoolFolder } from './spool';

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 1_000;
/** An outcome that has not reached the ledger by then is shipped once more. */
const RESHIP_AFTER_MS = 30_000;

/** What one search for leftovers did. */
export interface AdoptionReport {
  /** Folders emptied into the ledger and deleted. */
  folders: number;
  /** Outcomes shipped that the ledger did not have yet. */
  outcomes: number;
  /** Calls without an outcome for which an estimated one was shipped. */
  orphans: number;
  /** Unreadable lines that were skipped. */
  corruptedLines: number;
  /** Folders that could not be finished in time; the next search goes on with them. */
  unfinished: number;
  unfinishedBytes: number;
  /** The first reason why a folder could not be finished. */
  problem: unknown;
}

interface AdoptionRun {
  readonly report: AdoptionReport;
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Books what dead processes left in the spool. Safe to run in any number of processes at once. */
export class LeftoverAdopter {
  constructor(
    private readonly spool: Spool,
    private readonly files: OutboxFiles,
    private readonly delivery: OutboxDelivery,
    private readonly clock: Clock,
  ) {}

  /** Never rejects; what is not in the ledger by the deadline, or when the signal fires, stays on disk. */
  async adopt(deadlineMs: number, signal: AbortSignal): Promise<AdoptionReport> {
    const report: AdoptionReport = {
      folders: 0,
      outcomes: 0,
      orphans: 0,
      corruptedLines: 0,
      unfinished: 0,
      unfinishedBytes: 0,
      problem: undefined,
    };
    const run: AdoptionRun = { report, deadline: this.clock.monotonic() + deadlineMs, signal };
    try {
      for (const name of await this.spool.others()) {
        const folder = await this.spool.claim(name);
        if (folder) await this.#adoptOrLeave(folder, run);
      }
    } catch (error) {
      report.problem ??= error;
    }
    return report;
  }

  async #adoptOrLeave(folder: SpoolFolder, run: AdoptionRun): Promise<void> {
    const { report } = run;
    try {
      const corruptedLines = await this.#adoptFolder(folder, run);
      await this.spool.remove(folder);
      report.folders += 1;
      report.corruptedLines += corruptedLines;
    } catch (error) {
      report.problem ??= error;
      report.unfinished += 1;
      report.unfinishedBytes += await this.#bytesOf(folder).catch(() => 0);
    } finally {
      folder.lock.release();
    }
  }

  /**
   * File by file, so that memory holds one file's outcomes and the calls still open at its end.
   * Returns the number of unreadable lines.
   */
  async #adoptFolder(folder: SpoolFolder, run: AdoptionRun): Promise<number> {
    const open = new Map<string, OutboxLine>();
    const adopted = this.delivery.beginAdoption();
    let corruptedLines = 0;
    for (const path of await this.spool.segmentsOf(folder)) {
      const outcomes: OutboxLine[] = [];
      for await (const { lines, corrupted } of readSegment(this.files, path)) {
        corruptedLines += corrupted;
        for (const line of lines) {
          if (line.kind === 'intent') open.set(line.attemptId, line);
          else {
            open.delete(line.attemptId);
            outcomes.push(line);
            adopted.add(line);
          }
        }
      }
      run.report.outcomes += await this.#settle(outcomes, run);
    }
    // A file with the outcome may have been deleted before its owner died: settling leaves out what the ledger has.
    const estimates = [...open.values()]
      .map((intent) => this.delivery.outcomeOfOrphan(intent))
      .filter((line) => line !== undefined);
    run.report.orphans += await this.#settle(estimates, run);
    for (const estimate of estimates) adopted.add(estimate);
    await adopted.finish();
    return corruptedLines;
  }

  /** Ships what the ledger lacks and waits until it has it. Returns how many that were. */
  async #settle(outcomes: readonly OutboxLine[], run: AdoptionRun): Promise<number> {
    const first = await this.delivery.withoutRecorded(outcomes);
    let missing = first;
    while (missing.length > 0) {
      await this.delivery.ship(missing);
      missing = await this.#awaitRecorded(missing, run);
    }
    return first.length;
  }

  /** Returns those that are still missing after a while; rejects at the deadline of the run. */
  async #awaitRecorded(outcomes: readonly OutboxLine[], run: AdoptionRun): Promise<readonly OutboxLine[]> {
    const reshipAt = this.clock.monotonic() + RESHIP_AFTER_MS;
    let pause = FIRST_POLL_MS;
    let missing = await this.delivery.withoutRecorded(outcomes);
    while (missing.length > 0 && this.clock.monotonic() < reshipAt) {
      if (this.clock.monotonic() >= run.deadline)
        throw new Error('leftovers did not reach the ledger in time');
      await sleep(pause, undefined, { signal: run.signal });
      pause = Math.min(pause * 2, LONGEST_POLL_MS);
      missing = await this.delivery.withoutRecorded(missing);
    }
    return missing;
  }

  async #bytesOf(folder: SpoolFolder): Promise<number> {
    let bytes = 0;
    for (const path of await this.spool.segmentsOf(folder))
      bytes += (await this.files.stat(path))?.bytes ?? 0;
    return bytes;
  }
}
