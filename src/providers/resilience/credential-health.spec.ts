import { ProviderError } from '../../llm/provider-error';
import { Circuit } from './circuit';
import { CredentialHealth, takeTurn } from './credential-health';
import { CredentialRefusals } from './credential-refusals';

const NOW = 1_800_000_000_000;

function health(): CredentialHealth {
  return new CredentialHealth(new Circuit({ window: 20, minimumCalls: 2, openMs: 1_000 }));
}

function failure(
  kind: ProviderError['kind'],
  more: { retryAfterMs?: number; status?: number } = {},
): ProviderError {
  return new ProviderError({ provider: 'p', kind, message: 'm', mayHaveBilled: false, ...more });
}

describe('takeTurn', () => {
  it('gives each candidate exactly its weight in every round, spread evenly', () => {
    const candidates = [
      { name: 'a', weight: 5, health: health() },
      { name: 'b', weight: 1, health: health() },
      { name: 'c', weight: 1, health: health() },
    ];
    const rounds = Array.from({ length: 14 }, () => takeTurn(candidates)?.name).join('');

    expect(rounds).toBe('aabacaaaabacaa');
  });

  it('shares among those that are left when one is out, and has no turn for nobody', () => {
    const [a, b] = [
      { name: 'a', weight: 2, health: health() },
      { name: 'b', weight: 1, health: health() },
    ];

    expect(Array.from({ length: 3 }, () => takeTurn([b])?.name)).toEqual(['b', 'b', 'b']);
    expect(Array.from({ length: 3 }, () => takeTurn([a, b])?.name).sort()).toEqual(['a', 'a', 'b']);
    expect(takeTurn([a, b].slice(2))).toBeUndefined();
  });
});

describe('CredentialHealth', () => {
  it('keeps to a pause the vendor asked for, and rests a second when it named none', () => {
    const asked = health();
    asked.recordFailure(failure('rate_limit', { retryAfterMs: 5_000 }), NOW);
    const guessed = health();
    guessed.recordFailure(failure('rate_limit'), NOW);

    expect([asked.stateAt(NOW), asked.waitMs(NOW)]).toEqual(['paused', 5_000]);
    expect(asked.stateAt(NOW + 5_000)).toBe('ready');
    expect([guessed.stateAt(NOW), guessed.stateAt(NOW + 1_000)]).toEqual(['resting', 'ready']);
  });

  it('is not paused by an overload, which is a matter of the model', () => {
    const found = health();
    found.recordFailure(failure('overloaded', { retryAfterMs: 5_000 }), NOW);

    expect(found.stateAt(NOW)).toBe('ready');
  });
});

describe('CredentialRefusals', () => {
  const called = { credential: 'key-1', model: 'm' };

  it('spares a refused key for longer each time, up to a limit, until a call succeeds', () => {
    const refusals = new CredentialRefusals({ firstMs: 1_000, longestMs: 3_000 });
    const pauses = [1, 2, 3].map(() => {
      refusals.note(failure('authentication', { status: 401 }), called, NOW);
      return (refusals.of('key-1', 'other')?.untilMs ?? 0) - NOW;
    });

    expect(pauses).toEqual([1_000, 2_000, 3_000]);
    refusals.accept('key-1', 'm');
    expect(refusals.isEmpty).toBe(true);
  });

  it('takes a 403 as a matter of one model and 401 and 402 as one of the key', () => {
    const refusals = new CredentialRefusals({ firstMs: 1_000, longestMs: 3_000 });
    refusals.note(failure('authentication', { status: 403 }), called, NOW);
    expect(refusals.of('key-1', 'm')).toBeDefined();
    expect(refusals.of('key-1', 'other')).toBeUndefined();
    refusals.note(failure('billing', { status: 402 }), called, NOW);

    expect(refusals.of('key-1', 'other')).toMatchObject({ kind: 'billing' });
    expect(refusals.of('key-2', 'm')).toBeUndefined();
  });
});

describe('a trial call of an open circuit', () => {
  afterEach(() => void jest.useRealTimers());

  it('comes at once when the vendor is seen to be back, later while it is seen to be away, but not never', async () => {
    jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const circuit = new Circuit({ window: 4, minimumCalls: 2, openMs: 1_000 });
    for (let i = 0; i < 2; i++) await circuit.enter()?.fail(failure('server'));
    expect([circuit.status, circuit.trialInMs]).toEqual(['open', 1_000]);
    for (let seconds = 0; seconds < 30; seconds++) {
      jest.advanceTimersByTime(900);
      circuit.postpone();
      if (circuit.status === 'half_open') break;
    }
    expect(Date.now() - NOW).toBeGreaterThan(14_000);
    expect(Date.now() - NOW).toBeLessThan(16_000);

    await circuit.enter()?.fail(failure('server'));
    expect(circuit.status).toBe('open');
    circuit.hasten();
    expect(circuit.status).toBe('half_open');
    await circuit.enter()?.succeed();
    expect([circuit.status, circuit.trialInMs]).toEqual(['closed', 0]);
  });
});
