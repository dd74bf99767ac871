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

/**
 * Refuses calls to a model that keeps failing, and lets one call at a time through to find out whether
 * it has recovered. Unlike the library's own waiting, everybody else is refused at once meanwhile.
 */
export class Circuit {
  private readonly policy: CircuitBreakerPolicy;
  private openedAtMs = 0;

  constructor(private readonly options: CircuitOptions) {
    this.policy = circuitBreaker(
      handleWhen((error) => this.isFailure(error)),
      {
        halfOpenAfter: options.openMs,
        breaker: new CountBreaker({
          threshold: 0.5,
          size: options.window,
          minimumNumberOfCalls: Math.min(options.minimumCalls, options.window),
        }),
      },
    );
    this.policy.onStateChange((state) => {
      if (state === CircuitState.Open) this.openedAtMs = Date.now();
    });
  }

  /** `half_open` from the moment a trial call is due: the library changes state at that call only, and nobody routes to `open`. */
  get status(): CircuitStatus {
    if (this.policy.state === CircuitState.Closed) return 'closed';
    const isTrialDue = Date.now() - this.openedAtMs >= this.options.openMs;
    return this.policy.state === CircuitState.HalfOpen || isTrialDue ? 'half_open' : 'open';
  }

  /** Undefined when the call must not be made. */
  enter(): CircuitPermit | undefined {
    if (this.policy.state === CircuitState.HalfOpen) return undefined;
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

  /** A trial call that its client gave up proves nothing, so it must not close the circuit. */
  private isFailure(error: unknown): boolean {
    if (!(error instanceof ProviderError)) return true;
    return (
      UNWELL.has(error.kind) || (error.kind === 'aborted' && this.policy.state === CircuitState.HalfOpen)
    );
  }
}
