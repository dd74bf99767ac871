import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';
import { FailedAttempts } from './failed-attempts';

const NOTHING = new Error('nothing failed');
const failure = (kind: ProviderErrorKind, retryAfterMs?: number): ProviderError =>
  new ProviderError({ provider: 'p', kind, message: 'm', mayHaveBilled: false, retryAfterMs });

describe('FailedAttempts', () => {
  it('tells the client of the quota that is free soonest, whatever failed after it', () => {
    const failures = new FailedAttempts();
    failures.add('a', failure('rate_limit', 37_000));
    failures.addRefusal(failure('rate_limit', 12_000));
    failures.addRefusal(failure('circuit_open', 1_000));

    expect(failures.worthTellingOr(NOTHING)).toMatchObject({ kind: 'rate_limit', retryAfterMs: 12_000 });
    expect(failures.last).toMatchObject({ kind: 'circuit_open' });
  });

  it('tells of the last failure when no quota says when to come back', () => {
    const failures = new FailedAttempts();
    expect(failures.worthTellingOr(NOTHING)).toBe(NOTHING);
    failures.add('a', failure('rate_limit'));
    failures.add('b', failure('server'));

    expect(failures.worthTellingOr(NOTHING)).toMatchObject({ kind: 'server' });
  });

  it('knows who is ailing: whom a further call would burden, not who refused a request or a key', () => {
    const failures = new FailedAttempts();
    failures.add('a', failure('server'));
    failures.add('b', failure('authentication'));
    failures.add('c', failure('context_length'));

    expect(['a', 'b', 'c', 'd'].map((name) => failures.isAiling(name))).toEqual([true, false, false, false]);
    expect(['a', 'b', 'c', 'd'].map((name) => failures.hasCalled(name))).toEqual([true, true, true, false]);
  });
});
