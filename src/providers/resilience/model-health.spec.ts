import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';
import { Circuit } from './circuit';
import { LatencyWindow } from './latency-window';
import { ModelHealth } from './model-health';

const NOW = 1_800_000_000_000;
const failure = (kind: ProviderErrorKind, retryAfterMs?: number): ProviderError =>
  new ProviderError({ provider: 'p', kind, message: 'm', mayHaveBilled: false, retryAfterMs });

function health(): ModelHealth {
  return new ModelHealth(new Circuit({ window: 20, minimumCalls: 5, openMs: 1_000 }));
}

describe('ModelHealth', () => {
  it('counts an untried model as available', () => {
    expect(health().snapshot(NOW)).toEqual({
      status: 'available',
      circuit: 'closed',
      latencyMsP50: undefined,
      firstTokenMsP50: undefined,
    });
  });

  it('is degraded by a share of failures, and forgets them in time', () => {
    const model = health();
    for (let i = 0; i < 4; i++) model.recordSuccess({ latencyMs: 10 }, NOW);
    expect(model.snapshot(NOW).status).toBe('available');
    model.recordFailure(failure('server'), NOW);

    expect(model.snapshot(NOW).status).toBe('degraded');
    expect(model.snapshot(NOW + 60_001).status).toBe('available');
  });

  it('is not blamed for refused requests, impatient clients or a refused credential', () => {
    const model = health();
    for (const kind of [
      'bad_request',
      'context_length',
      'content_policy',
      'aborted',
      'authentication',
    ] as const) {
      for (let i = 0; i < 5; i++) model.recordFailure(failure(kind), NOW);
    }

    expect(model.snapshot(NOW).status).toBe('available');
  });

  it('is left alone for as long as the vendor asked', () => {
    const model = health();
    model.recordFailure(failure('rate_limit', 2_000), NOW);
    model.recordFailure(failure('rate_limit', 500), NOW);

    expect(model.coolDownMs(NOW + 500)).toBe(1_500);
    expect(model.snapshot(NOW + 1_999).status).toBe('degraded');
    expect(model.coolDownMs(NOW + 2_001)).toBe(0);
  });

  it('is unavailable for a while when the vendor does not know it', () => {
    const model = health();
    model.recordFailure(failure('not_found'), NOW);

    expect(model.snapshot(NOW).status).toBe('unavailable');
    expect(model.snapshot(NOW + 60_001).status).toBe('available');
  });
});

describe('LatencyWindow', () => {
  it('is the median of the last 64 measurements', () => {
    const window = new LatencyWindow();
    expect(window.p50()).toBeUndefined();
    for (const value of [5, 1, 9]) window.add(value);
    expect(window.p50()).toBe(5);
    for (let i = 0; i < 64; i++) window.add(100);
    expect(window.p50()).toBe(100);
  });
});
