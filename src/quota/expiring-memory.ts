interface Remembered<V> {
  readonly value: V;
  readonly untilMs: number;
}

/** Remembers values for a fixed time and up to a fixed number; the oldest go first. */
export class ExpiringMemory<V> {
  private readonly entries = new Map<string, Remembered<V>>();

  constructor(
    private readonly durationMs: number,
    private readonly maxCount: number,
  ) {}

  get(key: string, nowMs: number): V | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.untilMs > nowMs ? entry.value : undefined;
  }

  add(key: string, value: V, nowMs: number): void {
    this.entries.set(key, { value, untilMs: nowMs + this.durationMs });
    this.dropOldest(nowMs);
    this.dropOldest(nowMs);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  private dropOldest(nowMs: number): void {
    const oldest = this.entries.entries().next();
    if (oldest.done === true) return;
    const [key, entry] = oldest.value;
    if (entry.untilMs <= nowMs || this.entries.size > this.maxCount) this.entries.delete(key);
  }
}
