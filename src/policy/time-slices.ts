import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../common/steps';

/**
 * Runs work in slices between which the event loop turns. However many runs are under way, at most
 * one slice falls into a turn, in the order in which they asked, so none of them can stall the process.
 */
export class TimeSlices {
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(private readonly sliceMs: number) {}

  /** Rejects with the signal's reason when it is aborted between two slices. */
  async run<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      await this.#nextTurn();
      signal?.throwIfAborted();
      const until = performance.now() + this.sliceMs;
      do {
        const step = steps.next();
        if (step.done === true) return step.value;
      } while (performance.now() < until);
    }
  }

  #nextTurn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => setImmediate());
    return this.#lastTurn;
  }
}
