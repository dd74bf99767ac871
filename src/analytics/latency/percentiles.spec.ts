import fc from 'fast-check';
import { LATENCY_ERROR, latencyFigures } from './percentiles';

/** As the database sorts a latency into its slot. */
const slotOf = (ms: number): number => Math.floor(Math.log(Math.max(ms, 1)) / Math.log(1.1));

function slotsOf(latencies: readonly number[]): { slot: number; calls: number }[] {
  const counts = new Map<number, number>();
  for (const ms of latencies) counts.set(slotOf(ms), (counts.get(slotOf(ms)) ?? 0) + 1);
  return [...counts].map(([slot, calls]) => ({ slot, calls })).sort((a, b) => a.slot - b.slot);
}

describe('latencyFigures', () => {
  it('stays within the documented error of the exact percentile, for any latencies', () => {
    const latencies = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(latencies, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
        const figures = latencyFigures(slotsOf(values));

        for (const [told, share] of [
          [figures.p50, 0.5],
          [figures.p95, 0.95],
          [figures.p99, 0.99],
        ] as const)
          // Tenths of a millisecond are what is told.
          expect(Math.abs(told - exact(share))).toBeLessThanOrEqual(exact(share) * LATENCY_ERROR + 0.06);
        expect(figures.calls).toBe(values.length);
      }),
    );
  });

  it('is zero for no calls', () => {
    expect(latencyFigures([])).toEqual({ calls: 0, mean: 0, p50: 0, p95: 0, p99: 0 });
  });
});
