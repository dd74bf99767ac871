import { join } from 'node:path';
import { AppError } from '../../common/app-error';
import type { Clock } from '../../common/clock';
import type { DiskReserve } from './disk-reserve';
import { encodeLine } from './line-codec';
import { LiveSegment } from './live-segment';
import type { MemoryBudget } from './memory-budget';
import { isNoSpace, type AppendFile, type OutboxFiles } from './outbox-files';
import { outboxErrors } from './outbox.errors';
import type { OutboxLine, OutboxLineKind } from './outbox-line';
import { segmentName } from './spool';
import { WriteBatch, type EncodedLine } from './write-batch';

const RESERVED_SHARE_FOR_OUTCOMES = 0.1;
const RETRY_AFTER_SECONDS = 5;
/** A file is closed at this age even when small, because only closed files can be deleted. */
const SEGMENT_MAX_AGE_MS = 10_000;
const USUAL_LINE_BYTES = 1_024;
const ALL = ['intent', 'outcome', 'event'] as const;
const REFUSED_ON_FULL_DISK = ['intent', 'event'] as const;

export interface SegmentWriterOptions {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly limitBytes: number;
  readonly files: OutboxFiles;
  readonly reserve: DiskReserve;
  readonly budgetOf: (topic: string) => MemoryBudget;
  readonly clock: Clock;
}

/**
 * Group commit: lines of one event-loop turn, and those that arrive while a write is under way, share the next
 * write. Writes, rotations and closings never overlap.
 */
export class SegmentWriter {
  /** Oldest first; the last one may be open. */
  readonly segments: LiveSegment[] = [];
  /** Space that other leftovers in the spool take; it counts against the limit too. */
  leftoverBytes = 0;
  #bytes = 0;
  #waitingBytes = 0;
  #counter = 0;
  #diskFull = false;
  #closing = false;
  #batch: WriteBatch | undefined;
  #file: AppendFile | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: SegmentWriterOptions) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** New calls are refused for want of space. */
  get isFull(): boolean {
    return this.#refusal('intent', USUAL_LINE_BYTES) !== undefined;
  }

  /** Resolves when the operating system has the line; it then survives the death of this process. */
  append(line: OutboxLine): Promise<void> {
    const text = encodeLine(line);
    const bytes = Buffer.byteLength(text);
    const refusal = this.#refusal(line.kind, bytes);
    if (refusal) return Promise.reject(refusal);
    this.#waitingBytes += bytes;
    if (!this.#batch) {
      this.#batch = new WriteBatch();
      setImmediate(() => void this.#exclusively(() => this.#commit()));
    }
    return this.#batch.add({ line, text, bytes });
  }

  /** Closes the open file, at once or only when it is old enough. */
  rotate({ onlyWhenOld }: { onlyWhenOld: boolean }): Promise<void> {
    return this.#exclusively(async () => {
      const current = this.#current();
      if (current && (!onlyWhenOld || this.#isOld(current))) await this.#closeCurrent();
    });
  }

  /** Deletes a closed file whose lines are all recorded. Returns false when somebody else has. */
  async discard(segment: LiveSegment): Promise<boolean> {
    await this.options.files.remove(segment.path);
    const index = this.segments.indexOf(segment);
    if (index < 0) return false;
    this.segments.splice(index, 1);
    this.#bytes -= segment.bytes;
    segment.drop();
    return true;
  }

  /** Takes up the reserve on the disk; without room for it only outcomes are taken. */
  async holdReserve(): Promise<void> {
    this.#diskFull = !(await this.options.reserve.hold());
  }

  /** After a full disk: takes new calls again as soon as the reserve can be held. */
  async recover(): Promise<void> {
    if (this.#diskFull) await this.#exclusively(() => this.holdReserve());
  }

  /** Refuses further lines, writes those that wait, closes the file. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#exclusively(async () => {
      await this.#commit();
      await this.#closeCurrent();
    });
  }

  #refusal(kind: OutboxLineKind, bytes: number): AppError | undefined {
    if (this.#closing) return unwritable('outbox is closed');
    const share = kind === 'outcome' ? 1 : 1 - RESERVED_SHARE_FOR_OUTCOMES;
    const used = this.#bytes + this.#waitingBytes + this.leftoverBytes + bytes;
    if (used > this.options.limitBytes * share) return full('the limit of the spool is reached');
    return kind !== 'outcome' && this.#diskFull ? full('the disk is full') : undefined;
  }

  async #commit(): Promise<void> {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    try {
      await this.#write(batch.entries);
      batch.settle(ALL);
    } catch (error) {
      if (isNoSpace(error)) await this.#commitOutcomesFromReserve(batch, error);
      else batch.settle(ALL, unwritable('writing failed', error));
    }
    for (const entry of batch.entries) this.#waitingBytes -= entry.bytes;
  }

  async #commitOutcomesFromReserve(batch: WriteBatch, cause: unknown): Promise<void> {
    this.#diskFull = true;
    batch.settle(REFUSED_ON_FULL_DISK, full('the disk is full', cause));
    try {
      await this.options.reserve.free();
      await this.#write(batch.outcomes());
      batch.settle(['outcome']);
    } catch (error) {
      batch.settle(['outcome'], full('the disk is full and so is the reserve', error));
    }
  }

  async #write(entries: readonly EncodedLine[]): Promise<void> {
    if (entries.length === 0) return;
    const { segment, file } = await this.#open();
    try {
      await writeFully(file, Buffer.from(entries.map((entry) => entry.text).join('')));
    } catch (error) {
      await this.#cutBack(segment, file);
      throw error;
    }
    for (const { line, bytes } of entries) {
      segment.note(line, bytes);
      this.#bytes += bytes;
    }
  }

  async #open(): Promise<{ segment: LiveSegment; file: AppendFile }> {
    const current = this.#current();
    if (current && (current.bytes >= this.options.segmentBytes || this.#isOld(current)))
      await this.#closeCurrent();
    const usable = this.#current();
    if (usable && this.#file) return { segment: usable, file: this.#file };
    const { folder, files, budgetOf, clock } = this.options;
    const path = join(folder, segmentName(++this.#counter));
    const file = await files.create(path);
    const segment = new LiveSegment(path, clock.monotonic(), files, budgetOf);
    this.#file = file;
    this.segments.push(segment);
    return { segment, file };
  }

  /** Removes a half-written batch. Its file takes no more lines, so that a failed cut harms nobody either. */
  async #cutBack(segment: LiveSegment, file: AppendFile): Promise<void> {
    await file.truncate(segment.bytes).catch(() => undefined);
    await this.#closeCurrent();
    if (segment.lines === 0) await this.discard(segment).catch(() => undefined);
  }

  #current(): LiveSegment | undefined {
    const last = this.segments.at(-1);
    return last?.closed === false ? last : undefined;
  }

  #isOld(segment: LiveSegment): boolean {
    return this.options.clock.monotonic() - segment.openedAt >= SEGMENT_MAX_AGE_MS;
  }

  async #closeCurrent(): Promise<void> {
    const current = this.#current();
    if (current) current.closed = true;
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  #exclusively(task: () => Promise<void>): Promise<void> {
    const result = this.#work.then(task);
    this.#work = result.catch(() => undefined);
    return result;
  }
}

async function writeFully(file: AppendFile, content: Buffer): Promise<void> {
  let offset = 0;
  while (offset < content.length) {
    const written = await file.write(offset === 0 ? content : content.subarray(offset));
    // A full disk may show as "nothing written" before it shows as an error.
    if (written <= 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    offset += written;
  }
}

function full(internal: string, cause?: unknown): AppError {
  const text = 'The service cannot take new work for lack of space. Try again shortly.';
  return new AppError(outboxErrors.full, {
    public: text,
    internal,
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function unwritable(internal: string, cause?: unknown): AppError {
  const text = 'The service cannot take new work right now. Try again shortly.';
  return new AppError(outboxErrors.unwritable, {
    public: text,
    internal,
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
