import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';
import { Circuit } from './circuit';
import { LatencyWindow } from './latency-window';
import { ModelHealth } from './model-health';

const NOW = 1_800_000_000_000;
const KEYS = ['key-1'];
const failure = (kind: ProviderErrorKind, retryAfterMs?: number): ProviderError =>
  new ProviderError({ provider: 'p', kind, message: 'm', mayHaveBilled: false, retryAfterMs });

function health(): ModelHealth {
  return new ModelHealth(() => new Circuit({ window: 20, minimumCalls: 5, openMs: 1_000 }));
}

describe('ModelHealth', () => {
  it('counts an untried model as available', () => {
    expect(health().snapshot(NOW, KEYS)).toEqual({
      status: 'available',
      circuit: 'closed',
      latencyMsP50: undefined,
      firstTokenMsP50: undefined,
    });
  });

  it('is degraded by a share of failures, and forgets them in time', () => {
    const model = health();
    for (let i = 0; i < 4; i++) model.recordSuccess({ latencyMs: 10 }, NOW);
    expect(model.snapshot(NOW, KEYS).status).toBe('available');
    model.recordFailure(failure('server'), NOW, 'key-1');

    expect(model.snapshot(NOW, KEYS).status).toBe('degraded');
    expect(model.snapshot(NOW + 60_001, KEYS).status).toBe('available');
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
      for (let i = 0; i < 5; i++) model.recordFailure(failure(kind), NOW, 'key-1');
    }

    expect(model.snapshot(NOW, KEYS).status).toBe('available');
  });

  it('is spared with one key while that key is limited, and with all keys while it is overloaded', () => {
    const model = health();
    model.recordFailure(failure('rate_limit', 2_000), NOW, 'key-1');
    model.recordFailure(failure('rate_limit', 500), NOW, 'key-1');

    expect(model.of('key-1').waitMs(NOW + 500)).toBe(1_500);
    expect(model.of('key-2').stateAt(NOW)).toBe('ready');
    expect(model.snapshot(NOW + 1_999, KEYS).status).toBe('degraded');
    expect(model.snapshot(NOW + 1_999, ['key-1', 'key-2']).status).toBe('available');
    expect(model.of('key-1').stateAt(NOW + 2_001)).toBe('ready');
    model.recordFailure(failure('overloaded', 2_000), NOW, 'key-1');
    expect(model.overloadMs(NOW + 500)).toBe(1_500);
    expect(model.snapshot(NOW, ['key-1', 'key-2']).status).toBe('degraded');
  });

  it('believes an overload for fifteen seconds at most', () => {
    const model = health();
    model.recordFailure(failure('overloaded', 300_000), NOW, 'key-1');

    expect(model.overloadMs(NOW)).toBe(15_000);
  });

  it('is unavailable for a while when the vendor does not know it', () => {
    const model = health();
    model.recordFailure(failure('not_found'), NOW, 'key-1');

    expect(model.snapshot(NOW, KEYS).status).toBe('unavailable');
    expect(model.snapshot(NOW + 60_001, KEYS).status).toBe('available');
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
