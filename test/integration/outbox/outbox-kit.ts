import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Clock } from '../../../src/common/clock';
import { DataDirectoryConfig } from '../../../src/platform/config/data-directory.config';
import { NodeOutboxFiles } from '../../../src/platform/outbox/node-outbox-files';
import { Outbox } from '../../../src/platform/outbox/outbox';
import type { AppendFile, OutboxFiles } from '../../../src/platform/outbox/outbox-files';
import type {
  AdoptedLines,
  NewOutboxLine,
  OutboxConsumer,
  OutboxLine,
} from '../../../src/platform/outbox/outbox-line';
import { OutboxShipper } from '../../../src/platform/outbox/outbox-shipper';
import { OutboxConfig } from '../../../src/platform/outbox/outbox.config';
import { OUTBOX_TOPICS } from '../../../src/platform/outbox/outbox-topics';

/** Time as it is, plus whatever a test adds. */
export class ShiftedClock extends Clock {
  shiftMs = 0;

  now(): number {
    return Date.now() + this.shiftMs;
  }

  monotonic(): number {
    return performance.now() + this.shiftMs;
  }
}

/** The table of one topic in memory; every fault a consumer can show is a switch. */
export class FakeLedger implements OutboxConsumer {
  readonly recorded = new Map<string, OutboxLine>();
  readonly shipped: OutboxLine[] = [];
  /** Attempts of dead processes whose folder was adopted to the end. */
  readonly adopted: string[] = [];
  largestBatch = 0;
  mode: 'up' | 'down' | 'stuck' | 'loses' = 'up';
  /** Attempts that were certainly never sent. */
  readonly neverSent = new Set<string>();

  async ship(lines: readonly OutboxLine[]): Promise<void> {
    if (this.mode === 'stuck') await new Promise(() => undefined);
    if (this.mode === 'down') throw new Error('the queue is down');
    this.largestBatch = Math.max(this.largestBatch, lines.length);
    this.shipped.push(...lines);
    if (this.mode !== 'loses') for (const line of lines) this.recorded.set(line.id, line);
  }

  async findRecorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.mode === 'down') throw new Error('the ledger is down');
    return new Set(ids.filter((id) => this.recorded.has(id)));
  }

  outcomeOfOrphan(intent: OutboxLine): OutboxLine | undefined {
    if (this.neverSent.has(intent.id)) return undefined;
    return { ...intent, kind: 'outcome', payload: { estimated: true } };
  }

  beginAdoption(): AdoptedLines {
    const added: string[] = [];
    return {
      add: (line) => added.push(line.id),
      finish: () => {
        this.adopted.push(...added);
        return Promise.resolve();
      },
    };
  }
}

/** The real disk with a bound: writes beyond it are cut short and then refused, as a full disk does. */
export class SmallDisk extends NodeOutboxFiles {
  freeBytes = Number.POSITIVE_INFINITY;
  /** No write takes more than this many bytes at once. */
  largestWrite = Number.POSITIVE_INFINITY;
  writes = 0;
  private reserved = 0;

  override async create(path: string): Promise<AppendFile> {
    const file = await super.create(path);
    return { ...file, write: (content) => this.writePart(file, content) };
  }

  override async write(path: string, content: Buffer): Promise<void> {
    if (content.length > this.freeBytes) throw noSpace();
    await super.write(path, content);
    if (!path.endsWith('reserve')) return;
    this.freeBytes -= content.length;
    this.reserved += content.length;
  }

  override async remove(path: string): Promise<void> {
    await super.remove(path);
    if (!path.endsWith('reserve')) return;
    this.freeBytes += this.reserved;
    this.reserved = 0;
  }

  private async writePart(file: AppendFile, content: Buffer): Promise<number> {
    this.writes += 1;
    const part = content.subarray(0, Math.min(content.length, this.freeBytes, this.largestWrite));
    if (part.length === 0) throw noSpace();
    this.freeBytes -= part.length;
    return file.write(part);
  }
}

function noSpace(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}

export interface Bench {
  readonly outbox: Outbox;
  readonly shipper: OutboxShipper;
  /** Of the topic `usage`. */
  readonly ledger: FakeLedger;
  /** Of the topic `audit`. */
  readonly trail: FakeLedger;
  readonly clock: ShiftedClock;
}

export type BenchOptions = Partial<OutboxConfig> & {
  files?: OutboxFiles;
  ledger?: FakeLedger;
  trail?: FakeLedger;
};

/** Outboxes of one test in a spool of their own, stopped and deleted at the end. */
export class OutboxKit {
  spoolDir = '';
  private readonly benches: Bench[] = [];

  async open(): Promise<void> {
    Logger.overrideLogger(false);
    this.spoolDir = await mkdtemp(join(tmpdir(), 'outbox-'));
  }

  async close(): Promise<void> {
    for (const bench of this.benches.splice(0)) {
      await bench.shipper.stop(0);
      await bench.outbox.stop();
    }
    await rm(this.spoolDir, { recursive: true, force: true });
  }

  /** An outbox as one process has it; `start` is up to the test. */
  make({
    files = new NodeOutboxFiles(),
    ledger = new FakeLedger(),
    trail = new FakeLedger(),
    ...settings
  }: BenchOptions = {}): Bench {
    const defaults = {
      spoolDir: this.spoolDir,
      maxMb: 256,
      segmentMb: 4,
      shipIntervalMs: 10,
      adoptIntervalMs: 60_000,
    };
    const config = Object.assign(new OutboxConfig(), defaults, settings);
    const clock = new ShiftedClock();
    const outbox = new Outbox(config, new DataDirectoryConfig(), files, clock);
    const shipper = new OutboxShipper(outbox, config, files, clock);
    for (const topic of OUTBOX_TOPICS) shipper.register(topic, consumerOf(topic, { ledger, trail }));
    const bench = { outbox, shipper, ledger, trail, clock };
    this.benches.push(bench);
    return bench;
  }

  async folders(): Promise<string[]> {
    return readdir(this.spoolDir);
  }

  /** Paths of all segment files in the spool. */
  async segments(): Promise<string[]> {
    const names = await readdir(this.spoolDir, { recursive: true });
    return names.filter((name) => name.endsWith('.log')).map((name) => join(this.spoolDir, name));
  }
}

function consumerOf(topic: string, { ledger, trail }: { ledger: FakeLedger; trail: FakeLedger }): FakeLedger {
  if (topic === 'usage') return ledger;
  return topic === 'audit' ? trail : new FakeLedger();
}

export const intent = (id: string): NewOutboxLine => ({
  topic: 'usage',
  kind: 'intent',
  id,
  payload: { at: 'vendor' },
});
export const outcome = (id: string, text = 'x'.repeat(300)): NewOutboxLine => ({
  topic: 'usage',
  kind: 'outcome',
  id,
  payload: { text },
});
export const event = (id: string, text = 'e'.repeat(100)): NewOutboxLine => ({
  topic: 'audit',
  kind: 'event',
  id,
  payload: { text },
});

/** Waits for a condition; fails with its text after ten seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
