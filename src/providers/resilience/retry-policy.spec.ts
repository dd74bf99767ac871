import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';
import { decideRetry, type RetrySituation } from './retry-policy';

function situation(
  kind: ProviderErrorKind,
  changes: Partial<RetrySituation> & { retryAfterMs?: number } = {},
): RetrySituation {
  const { retryAfterMs, ...rest } = changes;
  return {
    error: new ProviderError({ provider: 'p', kind, message: 'm', mayHaveBilled: false, retryAfterMs }),
    attempt: 1,
    contentDelivered: false,
    remainingMs: 60_000,
    random: 0.5,
    hasOtherCredential: false,
    ...rest,
  };
}

describe('decideRetry', () => {
  it.each<[ProviderErrorKind, number, string, number]>([
    ['bad_request', 1, 'stop', 0],
    ['content_policy', 1, 'stop', 0],
    ['aborted', 1, 'stop', 0],
    ['context_length', 1, 'failover', 0],
    ['authentication', 1, 'failover', 0],
    ['billing', 1, 'failover', 0],
    ['not_found', 1, 'failover', 0],
    ['circuit_open', 1, 'failover', 0],
    ['timeout', 1, 'failover', 0],
    ['rate_limit', 1, 'retry', 500],
    ['rate_limit', 2, 'retry', 1_000],
    ['rate_limit', 3, 'failover', 0],
    ['overloaded', 1, 'retry', 200],
    ['overloaded', 2, 'failover', 0],
    ['server', 1, 'retry', 100],
    ['server', 2, 'failover', 0],
    ['connection', 1, 'retry', 50],
    ['connection', 2, 'failover', 0],
    ['invalid_response', 1, 'retry', 50],
    ['invalid_response', 2, 'failover', 0],
  ])('answers %s on attempt %i with %s after %i ms', (kind, attempt, action, delayMs) => {
    expect(decideRetry(situation(kind, { attempt }))).toEqual({
      action,
      delayMs,
      takesBudget: action === 'retry',
    });
  });

  it('never repeats once the client has seen something', () => {
    for (const kind of ['server', 'connection', 'rate_limit', 'timeout'] as const) {
      expect(decideRetry(situation(kind, { contentDelivered: true })).action).toBe('stop');
    }
  });

  it('tries another key of the same provider at once and free of the retry budget, but not after content', () => {
    const refused = situation('authentication', { hasOtherCredential: true });

    expect(decideRetry(refused)).toEqual({ action: 'retry', delayMs: 0, takesBudget: false });
    expect(decideRetry({ ...refused, contentDelivered: true }).action).toBe('stop');
  });

  it('waits at least as long as the vendor asked', () => {
    for (const random of [0, 0.5, 0.999]) {
      const { action, delayMs } = decideRetry(situation('rate_limit', { retryAfterMs: 2_000, random }));

      expect(action).toBe('retry');
      expect(delayMs).toBeGreaterThanOrEqual(2_000);
      expect(delayMs).toBeLessThanOrEqual(2_250);
    }
  });

  it('moves on when the wait is too long for the client or for the rest of its time', () => {
    expect(decideRetry(situation('rate_limit', { retryAfterMs: 20_000 })).action).toBe('failover');
    expect(decideRetry(situation('rate_limit', { retryAfterMs: 2_000, remainingMs: 1_500 })).action).toBe(
      'failover',
    );
  });

  it('spreads the retries of many callers', () => {
    const delays = [0, 0.25, 0.75, 0.99].map(
      (random) => decideRetry(situation('server', { random })).delayMs,
    );

    expect(new Set(delays).size).toBe(4);
  });
});
