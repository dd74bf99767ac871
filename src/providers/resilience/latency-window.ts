const SIZE = 64;

/** The median of the last measurements; cheap to ask for often. */
export class LatencyWindow {
  private readonly values: number[] = [];
  private next = 0;
  private median: number | undefined;

  add(milliseconds: number): void {
    this.values[this.next] = milliseconds;
    this.next = (this.next + 1) % SIZE;
    this.median = undefined;
  }

  /** Undefined before the first measurement. */
  p50(): number | undefined {
    this.median ??= [...this.values].sort((a, b) => a - b)[(this.values.length - 1) >> 1];
    return this.median;
  }
}
