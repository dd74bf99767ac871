import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';

/** Failures after which another call to the same provider adds to its trouble. */
const AILING: ReadonlySet<ProviderErrorKind> = new Set([
  'rate_limit',
  'overloaded',
  'server',
  'timeout',
  'connection',
  'invalid_response',
]);

/** What has gone wrong with one request so far. */
export class FailedAttempts {
  last: unknown;
  private readonly called = new Set<string>();
  private readonly ailing = new Set<string>();
  /** The quota that is free again soonest. */
  private limited: ProviderError | undefined;

  /** A call to a provider failed. */
  add(provider: string, failure: unknown): void {
    this.called.add(provider);
    if (failure instanceof ProviderError && AILING.has(failure.kind)) this.ailing.add(provider);
    this.note(failure);
  }

  /** A call was not even made. */
  addRefusal(failure: ProviderError): void {
    this.note(failure);
  }

  hasCalled(provider: string): boolean {
    return this.called.has(provider);
  }

  isAiling(provider: string): boolean {
    return this.ailing.has(provider);
  }

  /** When nothing could answer: a quota that says when to come back helps the client most, else the last failure. */
  worthTellingOr(nothingFailed: Error): unknown {
    return this.limited ?? this.lastOr(nothingFailed);
  }

  lastOr(nothingFailed: Error): unknown {
    return this.last ?? nothingFailed;
  }

  private note(failure: unknown): void {
    this.last = failure;
    if (!(failure instanceof ProviderError) || failure.kind !== 'rate_limit') return;
    const { retryAfterMs } = failure;
    if (retryAfterMs === undefined) return;
    if (retryAfterMs < (this.limited?.retryAfterMs ?? Number.POSITIVE_INFINITY)) this.limited = failure;
  }
}
