import type { Clock } from '../../common/clock';
import type { OutboxDelivery } from './outbox-delivery';
import type { OutboxFiles } from './outbox-files';
import { readSegment } from './segment-reader';
import type { Spool, SpoolFolder } from './spool';
import { TopicAdopter } from './topic-adopter';

/** What one search for leftovers did. */
export interface AdoptionReport {
  /** Folders whose lines are all recorded, and which were deleted. */
  folders: number;
  /** Outcomes and events shipped that were not recorded yet. */
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

/** Records what dead processes left in the spool. Safe to run in any number of processes at once. */
export class LeftoverAdopter {
  constructor(
    private readonly spool: Spool,
    private readonly files: OutboxFiles,
    private readonly deliveries: ReadonlyMap<string, OutboxDelivery>,
    private readonly clock: Clock,
  ) {}

  /** Never rejects; what is not recorded by the deadline, or when the signal fires, stays on disk. */
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
      for (const delivery of this.deliveries.values()) await delivery.folderRecorded(folder.name);
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

  /** Topic by topic at the same time: one that cannot be delivered keeps the folder, not its neighbours. */
  async #adoptFolder(folder: SpoolFolder, run: AdoptionRun): Promise<number> {
    const paths = await this.spool.segmentsOf(folder);
    const { topics, corrupted } = await this.#survey(paths);
    const passes = topics.map((topic) => this.#adoptTopic(topic, paths, run));
    await Promise.allSettled(passes);
    await Promise.all(passes);
    return corrupted;
  }

  async #survey(paths: readonly string[]): Promise<{ topics: readonly string[]; corrupted: number }> {
    const topics = new Set<string>();
    let corrupted = 0;
    for (const path of paths) {
      for await (const slice of readSegment(this.files, path)) {
        corrupted += slice.corrupted;
        for (const line of slice.lines) topics.add(line.topic);
      }
    }
    return { topics: [...topics], corrupted };
  }

  async #adoptTopic(topic: string, paths: readonly string[], run: AdoptionRun): Promise<void> {
    const delivery = this.deliveries.get(topic);
    if (!delivery) throw new Error(`nobody here records lines of the topic "${topic}"`);
    const { report, deadline, signal } = run;
    const { files, clock } = this;
    const adopter = new TopicAdopter({ topic, delivery, files, clock, deadline, signal });
    const { lines, orphans } = await adopter.adopt(paths);
    report.outcomes += lines;
    report.orphans += orphans;
  }

  async #bytesOf(folder: SpoolFolder): Promise<number> {
    let bytes = 0;
    for (const path of await this.spool.segmentsOf(folder))
      bytes += (await this.files.stat(path))?.bytes ?? 0;
    return bytes;
  }
}
