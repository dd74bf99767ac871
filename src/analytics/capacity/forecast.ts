const WEEK = 7;

/** What days of the past let expect of days to come. */
export interface Forecast {
  /** Change of the daily figure per day, by least squares. */
  readonly slopePerDay: number;
  /** Growth over a week as a share of the weekly mean; 0 without traffic. */
  readonly weeklyGrowth: number;
  /** Expected figures of the next days, never negative. */
  readonly next: readonly number[];
}

/**
 * A straight line through the days, times how each day of the week usually differs from it. Needs no more than it
 * shows, and says nothing about events nobody has seen before. `days` are consecutive, oldest first.
 */
export function forecast(days: readonly number[], ahead: number): Forecast {
  const count = days.length;
  const mean = sum(days) / Math.max(count, 1);
  const middle = (count - 1) / 2;
  const spread = sum(days.map((_, i) => (i - middle) ** 2));
  const slope = spread === 0 ? 0 : sum(days.map((value, i) => (i - middle) * (value - mean))) / spread;
  const line = (i: number): number => mean + slope * (i - middle);
  const factors = weekdayFactors(days, line);
  const next = Array.from({ length: ahead }, (_, i) => {
    const day = count + i;
    return Math.max(0, Math.round(line(day) * (factors[day % WEEK] ?? 1)));
  });
  return { slopePerDay: slope, weeklyGrowth: mean === 0 ? 0 : (slope * WEEK) / mean, next };
}

/** How days at the same place in the week compare with the line; only from two weeks on is that more than chance. */
function weekdayFactors(days: readonly number[], line: (i: number) => number): readonly number[] {
  if (days.length < 2 * WEEK) return [];
  return Array.from({ length: WEEK }, (_, weekday) => {
    const same = days.map((value, i) => ({ value, i })).filter(({ i }) => i % WEEK === weekday);
    const expected = sum(same.map(({ i }) => Math.max(0, line(i))));
    return expected === 0 ? 1 : sum(same.map(({ value }) => value)) / expected;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
