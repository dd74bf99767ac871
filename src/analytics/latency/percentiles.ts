/** Width of a slot; the middle of a slot is at most 4.9 % away from anything in it. */
const GROWTH = 1.1;

/** What is told of the latencies of a group. Milliseconds. */
export interface LatencyFigures {
  readonly calls: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Largest possible distance of a percentile from the exact one, as a share of it. */
export const LATENCY_ERROR = 0.05;

/** Percentiles from counts per slot, slots ascending: the value below which that share of the calls lies. */
export function latencyFigures(slots: readonly { slot: number; calls: number }[]): LatencyFigures {
  const calls = slots.reduce((sum, slot) => sum + slot.calls, 0);
  const total = slots.reduce((sum, slot) => sum + slot.calls * middleOf(slot.slot), 0);
  const at = (share: number): number => percentile(slots, Math.ceil(calls * share));
  return { calls, mean: round(calls === 0 ? 0 : total / calls), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function percentile(slots: readonly { slot: number; calls: number }[], rank: number): number {
  let seen = 0;
  for (const { slot, calls } of slots) {
    seen += calls;
    if (seen >= rank) return round(middleOf(slot));
  }
  return 0;
}

function middleOf(slot: number): number {
  return GROWTH ** (slot + 0.5);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
