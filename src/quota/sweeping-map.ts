const LOOKS_PER_INSERT = 2;

/**
 * A map that forgets stale entries by itself: every insert looks at the next two entries in turn, so
 * no insert is slow and the map never holds much more than twice its fresh entries.
 */
export class SweepingMap<V> {
  private readonly entries = new Map<string, V>();
  private hand = this.entries.entries();

  constructor(private readonly isStale: (value: V) => boolean) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: V): void {
    for (let i = 0; i < LOOKS_PER_INSERT; i++) this.look();
    this.entries.set(key, value);
  }

  private look(): void {
    const next = this.hand.next();
    if (next.done === true) {
      this.hand = this.entries.entries();
      return;
    }
    const [key, value] = next.value;
    if (this.isStale(value)) this.entries.delete(key);
  }
}
