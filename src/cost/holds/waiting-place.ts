import type { Shortage } from './refusal';

/** What an attempt at admission came to. */
export type Attempt<T> =
  | { readonly kind: 'granted'; readonly value: T }
  /** Running requests hold what is missing: another try is worth while when one of them ends. */
  | { readonly kind: 'busy'; readonly shortage: Shortage }
  /** Waiting would not help. */
  | { readonly kind: 'in_vain' };

export interface WaitingRequest<T> {
  readonly organizationId: string;
  readonly shortage: Shortage;
  /** Tries to reserve; called again and again, never twice at once. */
  readonly attempt: () => Promise<Attempt<T>>;
  /** Gives back what an attempt got when nobody waits for it any more. */
  readonly release: (value: T) => void;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
}

/** How waiting ended, for the metrics. */
export type WaitEnd = 'granted' | 'in_vain' | 'timeout' | 'client_left';

export interface WaitingEvents {
  readonly onShortage: (shortage: Shortage) => void;
  readonly onLeave: (end: WaitEnd) => void;
}

/** One request in a queue. It leaves exactly once; what an attempt gets after that is given back. */
export class WaitingPlace<T> {
  /** What the last attempt got; undefined when waiting was in vain. */
  readonly result: Promise<T | undefined>;
  private readonly resolve: (value: T | undefined) => void;
  private readonly reject: (error: Error) => void;
  private readonly deadline: NodeJS.Timeout;
  private running: Promise<boolean> | undefined;
  private isOver = false;

  constructor(
    private readonly request: WaitingRequest<T>,
    waitMs: number,
    private readonly events: WaitingEvents,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    this.result = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.deadline = setTimeout(() => void this.tryLast(), waitMs);
    request.signal.addEventListener('abort', this.clientLeft, { once: true });
  }

  /** True when the place is free afterwards. */
  tryOnce(): Promise<boolean> {
    this.running ??= this.attempt().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Out of turn, so that somebody who would fit is not refused because of those ahead. */
  private async tryLast(): Promise<void> {
    if (!(await this.tryOnce())) this.leave('timeout', undefined);
  }

  private async attempt(): Promise<boolean> {
    try {
      const outcome = await this.request.attempt();
      if (outcome.kind === 'busy' && !this.isOver) {
        this.events.onShortage(outcome.shortage);
        return false;
      }
      if (outcome.kind === 'granted') {
        if (this.isOver) this.request.release(outcome.value);
        else this.leave('granted', outcome.value);
      } else this.leave('in_vain', undefined);
    } catch (error) {
      // Only the first of the two counts: a place that is free already has its result.
      this.reject(error instanceof Error ? error : new Error('an attempt at admission failed'));
      this.leave('in_vain', undefined);
    }
    return true;
  }

  private readonly clientLeft = (): void => {
    this.leave('client_left', undefined);
  };

  private leave(end: WaitEnd, value: T | undefined): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    clearTimeout(this.deadline);
    this.request.signal.removeEventListener('abort', this.clientLeft);
    this.events.onLeave(end);
    this.resolve(value);
    return true;
  }
}
