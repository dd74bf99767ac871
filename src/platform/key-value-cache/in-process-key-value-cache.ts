import type { Clock } from '../../common/clock';
import { KeyValueCache } from './key-value-cache';

/** Map, key and buffer objects cost about this much besides the bytes themselves. */
const ENTRY_OVERHEAD_BYTES = 200;
/** A value larger than this share of the whole would push out too much for one entry. */
const LARGEST_SHARE = 8;

export interface CacheBounds {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

interface Entry {
  readonly value: Buffer;
  readonly bytes: number;
  readonly untilMs: number;
}

/** Keeps the most recently used entries of one process within both bounds. */
export class InProcessKeyValueCache extends KeyValueCache {
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  constructor(
    private readonly bounds: CacheBounds,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Bytes in use, overhead included. */
  get usedBytes(): number {
    return this.bytes;
  }

  get(key: string): Promise<Buffer | undefined> {
    const entry = this.take(key);
    if (entry === undefined || entry.untilMs <= this.clock.monotonic()) return Promise.resolve(undefined);
    this.put(key, entry);
    return Promise.resolve(entry.value);
  }

  set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    this.take(key);
    const bytes = value.length + 2 * key.length + ENTRY_OVERHEAD_BYTES;
    if (ttlMs > 0 && bytes <= this.bounds.maxBytes / LARGEST_SHARE) {
      this.put(key, { value, bytes, untilMs: this.clock.monotonic() + ttlMs });
      this.shrink();
    }
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.take(key);
    return Promise.resolve();
  }

  private put(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    this.bytes += entry.bytes;
  }

  private take(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
    return entry;
  }

  /** A Map keeps the order of insertion and every use inserts anew, so its first entry is the least recently used. */
  private shrink(): void {
    for (const key of this.entries.keys()) {
      if (this.bytes <= this.bounds.maxBytes && this.entries.size <= this.bounds.maxEntries) return;
      this.take(key);
    }
  }
}
