/** Source of time; injected so that tests can move it. */
export abstract class Clock {
  /** Wall-clock milliseconds since the Unix epoch; may jump. */
  abstract now(): number;
  /** Milliseconds that never run backwards; only differences have meaning. */
  abstract monotonic(): number;
}

/** The machine's clock. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }
}
