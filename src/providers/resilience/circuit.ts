import { circuitBreaker, CircuitState, CountBreaker, handleWhen, type CircuitBreakerPolicy } from 'cockatiel';
import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';

export type CircuitStatus = 'closed' | 'open' | 'half_open';

export interface CircuitOptions {
  /** How many of the last calls are looked at. */
  readonly window: number;
  /** Calls before it can open; it opens when more than half of the window failed. */
  readonly minimumCalls: number;
  readonly openMs: number;
}

/** One call under way; must be told how it ended, exactly once. Both resolve when the circuit has taken note. */
export interface CircuitPermit {
  succeed(): Promise<void>;
  fail(error: ProviderError): Promise<void>;
}

/** Failures that say the model at this vendor is unwell. A refused request, a missing credit or an impatient client do not. */
const UNWELL: ReadonlySet<ProviderErrorKind> = new Set([
  'overloaded',
  'server',
  'timeout',
  'connection',
  'invalid_response',
]);

/** Longest time for which a probe can hold back a trial. */
const MAX_POSTPONED_MS = 15_000;

/**
 * Refuses calls to a model that keeps failing, and lets one call at a time through to find out whether
 * it has recovered. Unlike the library's own waiting, everybody else is refused at once meanwhile.
 */
export class Circuit {
  private readonly policy: CircuitBreakerPolicy;
  private openedAtMs = 0;
  private trialAtMs = 0;

  constructor(private readonly options: CircuitOptions) {
    this.policy = circuitBreaker(
      handleWhen((error) => this.isFailure(error)),
      {
        // When a trial is due is decided here, because a probe can move it.
        halfOpenAfter: 0,
        breaker: new CountBreaker({
          threshold: 0.5,
          size: options.window,
          minimumNumberOfCalls: Math.min(options.minimumCalls, options.window),
        }),
      },
    );
    this.policy.onStateChange((state) => {
      if (state === CircuitState.Open) this.noteOpening();
    });
  }

  /** `half_open` from the moment a trial call is due: the library changes state at that call only, and nobody routes to `open`. */
  get status(): CircuitStatus {
    if (this.policy.state === CircuitState.Closed) return 'closed';
    return this.policy.state === CircuitState.HalfOpen || this.trialInMs === 0 ? 'half_open' : 'open';
  }

  /** Milliseconds until a trial call is due; 0 when the circuit is not open. */
  get trialInMs(): number {
    return this.policy.state === CircuitState.Open ? Math.max(0, this.trialAtMs - Date.now()) : 0;
  }

  /** The vendor is back: the next call may try. */
  hasten(): void {
    this.trialAtMs = Math.min(this.trialAtMs, Date.now());
  }

  /**
   * The vendor is known to be away still: a call of a client would be wasted on a trial. Not for ever, because
   * what said so may be wrong.
   */
  postpone(): void {
    const nowMs = Date.now();
    const latest = this.openedAtMs + MAX_POSTPONED_MS;
    this.trialAtMs = Math.max(this.trialAtMs, Math.min(nowMs + this.options.openMs, latest));
  }

  /** Undefined when the call must not be made. */
  enter(): CircuitPermit | undefined {
    if (this.policy.state === CircuitState.HalfOpen || this.status === 'open') return undefined;
    const outcome = Promise.withResolvers<undefined>();
    const admission = { isGranted: false };
    // The policy runs the function at once or not at all; its promise only repeats the outcome.
    const noted = this.policy
      .execute(() => {
        admission.isGranted = true;
        return outcome.promise;
      })
      .catch(() => undefined);
    if (!admission.isGranted) return undefined;
    return {
      succeed: () => {
        outcome.resolve(undefined);
        return noted;
      },
      fail: (error) => {
        outcome.reject(error);
        return noted;
      },
    };
  }

  private noteOpening(): void {
    const nowMs = Date.now();
    this.openedAtMs = nowMs;
    this.trialAtMs = nowMs + this.options.openMs;
  }

  /** A trial call that its client gave up proves nothing, so it must not close the circuit. */
  private isFailure(error: unknown): boolean {
    if (!(error instanceof ProviderError)) return true;
    return (
      UNWELL.has(error.kind) || (error.kind === 'aborted' && this.policy.state === CircuitState.HalfOpen)
    );
  }
}
