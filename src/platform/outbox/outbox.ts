import { join, resolve } from 'node:path';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { DataDirectoryConfig } from '../config/data-directory.config';
import { DiskReserve } from './disk-reserve';
import { MemoryBudget } from './memory-budget';
import { OutboxFiles } from './outbox-files';
import { OutboxConfig } from './outbox.config';
import { outboxErrors } from './outbox.errors';
import type { NewOutboxLine } from './outbox-line';
import { SegmentWriter } from './segment-writer';
import { HEARTBEAT_MS, Spool, type SpoolFolder } from './spool';

const BYTES_PER_MB = 1024 * 1024;
/** Per topic, so that one that cannot be delivered takes no memory from the others. */
const MEMORY_BYTES = 8 * BYTES_PER_MB;
const UPKEEP_MS = 1_000;

/** How full an outbox is; for metrics, readiness and alerts. */
export interface OutboxPending {
  /** Lines in files not yet deleted; most of them may be recorded already. */
  readonly lines: number;
  readonly bytes: number;
  readonly segments: number;
  /** Outcomes and events the consumers have not taken. */
  readonly unshippedOutcomes: number;
  /** Age of the oldest file, which is normally some ten seconds plus the time recording needs. */
  readonly oldestAgeMs: number;
  /** New vendor calls are refused. */
  readonly full: boolean;
  /** Unreadable lines found since the start, in own files and adopted ones. */
  readonly corruptedLines: number;
  /** Bytes in folders of dead processes that could not be emptied so far. */
  readonly leftoverBytes: number;
}

interface Running {
  readonly folder: SpoolFolder;
  readonly writer: SegmentWriter;
  readonly timers: readonly NodeJS.Timeout[];
}

/**
 * Durable notes on their way to a table: about a vendor call an intent before it and an outcome after it, about
 * anything else single events. A note survives the death of the process (not of the machine) from the moment
 * `append` resolves. Emptied by {@link OutboxShipper}, topic by topic.
 */
@Injectable()
export class Outbox implements OnModuleInit, OnApplicationShutdown {
  readonly spool: Spool;
  corruptedLines = 0;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;

  constructor(
    private readonly config: OutboxConfig,
    dataDirectory: DataDirectoryConfig,
    private readonly files: OutboxFiles,
    private readonly clock: Clock,
  ) {
    this.spool = new Spool(resolve(config.spoolDir ?? join(dataDirectory.dataDir, 'spool')), files);
  }

  /** Claims a folder in the spool. Rejects when the spool cannot be written or locked. May be called again. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Refuses further lines, finishes writes, and gives the folder up: deleted when empty, else left to be adopted. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    for (const timer of running.timers) clearInterval(timer);
    await running.writer.close();
    if (running.writer.segments.length === 0) await this.spool.remove(running.folder);
    else running.folder.lock.release();
  }

  async onModuleInit(): Promise<void> {
    await this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Of this process, in the spool; empty before the start and after the end. */
  get folderName(): string {
    return this.#running?.folder.name ?? '';
  }

  /**
   * Resolves when the operating system has the line (no fsync). Rejects with `outbox_full` or `outbox_unwritable`
   * when it was not noted: a call whose intent was refused must not be made. Outcomes have a reserve of their own,
   * on the limit and on the disk; intents and events are refused before. Every intent must be followed by an
   * outcome, also when the call was not made.
   */
  async append(line: NewOutboxLine): Promise<void> {
    if (!this.#running) {
      const text = 'The service is shutting down. Try again shortly.';
      throw new AppError(outboxErrors.unwritable, {
        public: text,
        internal: 'outbox is not started',
        retryAfterSeconds: 1,
      });
    }
    await this.#running.writer.append(line);
  }

  pending(): OutboxPending {
    const segments = this.#running?.writer.segments ?? [];
    const oldest = segments[0];
    return {
      lines: segments.reduce((sum, segment) => sum + segment.lines, 0),
      bytes: this.#running?.writer.bytes ?? 0,
      segments: segments.length,
      unshippedOutcomes: segments.reduce((sum, segment) => sum + segment.unshippedCount, 0),
      oldestAgeMs: oldest ? this.clock.monotonic() - oldest.openedAt : 0,
      full: this.#running?.writer.isFull ?? true,
      corruptedLines: this.corruptedLines,
      leftoverBytes: this.#running?.writer.leftoverBytes ?? 0,
    };
  }

  /** For the shipper: the files of this process; undefined before start and after stop. */
  get writer(): SegmentWriter | undefined {
    return this.#running?.writer;
  }

  async #start(): Promise<void> {
    const folder = await this.spool.claimOwn();
    const reserve = new DiskReserve(this.files, this.spool.reservePath(folder));
    const writer = new SegmentWriter({
      folder: folder.path,
      segmentBytes: this.config.segmentMb * BYTES_PER_MB,
      limitBytes: this.config.maxMb * BYTES_PER_MB,
      files: this.files,
      reserve,
      budgetOf: budgetPerTopic(),
      clock: this.clock,
    });
    await writer.holdReserve();
    this.#running = {
      folder,
      writer,
      timers: [
        this.#every(UPKEEP_MS, upkeep(writer)),
        this.#every(HEARTBEAT_MS, () => this.spool.heartbeat()),
      ],
    };
  }

  /** Upkeep that fails (a full disk, mostly) is simply due again at the next turn. */
  #every(ms: number, task: () => Promise<void>): NodeJS.Timeout {
    return setInterval(() => void task().catch(() => undefined), ms).unref();
  }
}

function upkeep(writer: SegmentWriter): () => Promise<void> {
  return async () => {
    await writer.rotate({ onlyWhenOld: true });
    await writer.recover();
  };
}

function budgetPerTopic(): (topic: string) => MemoryBudget {
  const budgets = new Map<string, MemoryBudget>();
  return (topic) => {
    const known = budgets.get(topic);
    if (known) return known;
    const budget = new MemoryBudget(MEMORY_BYTES);
    budgets.set(topic, budget);
    return budget;
  };
}
