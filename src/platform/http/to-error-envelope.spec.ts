import { AppError } from '../../common/app-error';
import { ProviderError } from '../../llm/provider-error';
import { toErrorEnvelope } from './to-error-envelope';

describe('toErrorEnvelope', () => {
  it('shows an AppError with everything the contract names', () => {
    const error = new AppError(
      { code: 'insufficient_budget', category: 'budget' },
      { public: 'Over budget', internal: 'hold-1', param: 'model', details: { level: 'user' } },
    );

    expect(toErrorEnvelope(error, 'req_1')).toEqual({
      status: 402,
      headers: {},
      body: {
        error: {
          message: 'Over budget',
          type: 'budget_exceeded',
          code: 'insufficient_budget',
          param: 'model',
          request_id: 'req_1',
          details: { level: 'user' },
        },
      },
    });
  });

  it('adds the reasons of a policy violation beside the fixed members, which they cannot replace', () => {
    const error = new AppError(
      { code: 'policy_violation', category: 'policy' },
      { public: 'Request blocked by policy', extras: { reasons: ['model_denied'], code: 'other' } },
    );

    expect(toErrorEnvelope(error, undefined).body.error).toMatchObject({
      type: 'policy_violation',
      code: 'policy_violation',
      reasons: ['model_denied'],
      request_id: null,
    });
  });

  it.each([
    new Error('secret text'),
    'secret text',
    undefined,
    { status: 400, message: 'secret text' },
    new AppError({ code: 'x', category: 'internal' }, { public: 'secret text' }),
  ])('shows %p as internal_error without its text', (error) => {
    const answer = toErrorEnvelope(error, 'req_1');

    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(answer.body.error.code).toBe('internal_error');
  });

  it('says when to try again, in whole seconds', () => {
    const limited = new AppError(
      { code: 'x', category: 'rate_limit' },
      { public: 'x', retryAfterSeconds: 1.2 },
    );
    const down = new AppError({ code: 'x', category: 'unavailable' }, { public: 'x' });

    expect(toErrorEnvelope(limited, undefined).headers['retry-after']).toBe('2');
    expect(Number(toErrorEnvelope(down, undefined).headers['retry-after'])).toBeGreaterThan(0);
  });

  it('never shows a refusal of the gateway by a vendor as a refusal of the caller', () => {
    for (const kind of ['authentication', 'billing'] as const) {
      const error = new ProviderError({
        provider: 'p',
        kind,
        message: 'x',
        status: 401,
        mayHaveBilled: false,
      });
      expect(toErrorEnvelope(error, undefined)).toMatchObject({
        status: 502,
        body: { error: { code: 'upstream_error' } },
      });
    }
  });
});
