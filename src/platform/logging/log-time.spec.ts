import { logTime } from './log-time';

describe('logTime', () => {
  it('is the ISO time of every moment, also when the clock jumps', () => {
    for (const ms of [0, 999, 1_000, 1_763_000_000_007, 1_763_000_000_120, 1_763_000_001_000, 5]) {
      expect(logTime(ms)).toBe(`,"time":"${new Date(ms).toISOString()}"`);
    }
  });
});
