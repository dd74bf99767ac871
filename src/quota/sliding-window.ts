/** A window is remembered in at most about this many slices. */
const SLICES = 20;

/** The Redis scripts cut windows alike. */
function sliceLengthMs(windowMs: number): number {
  return Math.ceil(windowMs / SLICES);
}

interface Slice {
  readonly startMs: number;
  lastMs: number;
  count: number;
}

/**
 * Counts requests or tokens over the last `windowMs`. Never lets more than the limit into any window
 * of that length; room comes back at most 5 % of the window late, because what arrived within one
 * slice leaves together, a full window after its last arrival. Time that runs backwards counts as standing still.
 */
export class SlidingWindow {
  private slices: Slice[] = [];
  private used = 0;

  constructor(private readonly windowMs: number) {}

  /** What counts now. */
  usedAt(nowMs: number): number {
    const from = this.present(nowMs) - this.windowMs;
    while (this.slices[0] !== undefined && this.slices[0].lastMs <= from) {
      this.used -= this.slices.shift()?.count ?? 0;
    }
    return this.used;
  }

  /** Milliseconds until `amount` fits; 0 when it fits now, the whole window when it never will. */
  waitFor(amount: number, limit: number, nowMs: number): number {
    let excess = this.usedAt(nowMs) + amount - limit;
    if (excess <= 0) return 0;
    for (const slice of this.slices) {
      excess -= slice.count;
      if (excess <= 0) return slice.lastMs + this.windowMs - this.present(nowMs);
    }
    return this.windowMs;
  }

  /** Counts `amount` and returns the start of the slice it went to, by which {@link correct} finds it. */
  take(amount: number, nowMs: number): number {
    this.usedAt(nowMs);
    const present = this.present(nowMs);
    let slice = this.slices.at(-1);
    if (slice === undefined || present - slice.startMs >= sliceLengthMs(this.windowMs)) {
      slice = { startMs: present, lastMs: present, count: 0 };
      this.slices.push(slice);
    }
    slice.lastMs = present;
    slice.count += amount;
    this.used += amount;
    return slice.startMs;
  }

  /** Replaces an earlier amount by another one; nothing happens when its slice has left the window. */
  correct(sliceStartMs: number, difference: number, nowMs: number): void {
    this.usedAt(nowMs);
    const slice = this.slices.find((candidate) => candidate.startMs === sliceStartMs);
    if (slice === undefined) return;
    slice.count += difference;
    this.used += difference;
  }

  private present(nowMs: number): number {
    return Math.max(nowMs, this.slices.at(-1)?.lastMs ?? nowMs);
  }
}
