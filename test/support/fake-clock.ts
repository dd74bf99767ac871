import { Clock } from '../../src/common/clock';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  constructor(private nowMs = 1_800_000_000_000) {
    super();
  }

  now(): number {
    return this.nowMs;
  }

  monotonic(): number {
    return this.nowMs;
  }

  advance(milliseconds: number): void {
    this.nowMs += milliseconds;
  }
}
