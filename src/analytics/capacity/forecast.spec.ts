import fc from 'fast-check';
import { forecast } from './forecast';

describe('forecast', () => {
  it('goes on with a straight line', () => {
    const days = Array.from({ length: 10 }, (_, i) => 100 + 10 * i);

    const { slopePerDay, next } = forecast(days, 3);

    expect(slopePerDay).toBeCloseTo(10);
    expect(next).toEqual([200, 210, 220]);
  });

  it('repeats the shape of the week', () => {
    const week = [100, 100, 100, 100, 100, 20, 10];
    const { next } = forecast([...week, ...week, ...week, ...week], 7);

    expect(Math.max(...next.slice(5))).toBeLessThan(40);
    expect(Math.min(...next.slice(0, 5))).toBeGreaterThan(70);
  });

  it('expects nothing of nothing, and never less than nothing', () => {
    expect(forecast([], 2)).toEqual({ slopePerDay: 0, weeklyGrowth: 0, next: [0, 0] });
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { maxLength: 60 }), (days) => {
        const { next, slopePerDay } = forecast(days, 30);
        expect(next.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        expect(Number.isFinite(slopePerDay)).toBe(true);
      }),
    );
  });
});
