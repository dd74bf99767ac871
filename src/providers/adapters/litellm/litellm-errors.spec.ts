import { toLiteLlmError } from './litellm-errors';

const refusal = (status: number, error: object, headers: Record<string, string> = {}) =>
  toLiteLlmError({ provider: 'litellm', status, headers, body: JSON.stringify({ error }), nowMs: 0 });
const behind = (text: string): string =>
  `litellm.${text}\n\nLiteLLM: model group 'team-gpt' failed with the error above. No fallback was attempted.`;

/** Texts as LiteLLM 1.106.0 wrote them. */
describe('a refusal of LiteLLM', () => {
  it.each([
    [
      'a wrong key without a database',
      400,
      { message: 'No connected db.', type: 'no_db_connection' },
      'authentication',
    ],
    [
      'a model it does not serve',
      400,
      {
        message: '/chat/completions: Invalid model name passed in model=x. Call `/v1/models`',
        type: 'invalid_request_error',
      },
      'not_found',
    ],
    [
      'a spent budget of a deployment',
      429,
      {
        message: 'No deployments available - crossed budget: Exceeded budget for deployment',
        type: 'internal_server_error',
        code: '429',
      },
      'billing',
    ],
    [
      'a spent quota of the vendor behind it',
      429,
      {
        message: behind('RateLimitError: OpenAIException - You exceeded your current quota'),
        type: 'throttling_error',
        code: '429',
      },
      'billing',
    ],
    [
      'a pause of every deployment',
      429,
      {
        message: 'No deployments available for selected model, Try again in 5 seconds.',
        type: 'all_deployments_in_cooldown',
      },
      'overloaded',
    ],
    [
      'a rate limit',
      429,
      { message: behind('RateLimitError: slow down'), type: 'throttling_error' },
      'rate_limit',
    ],
    ['a prompt too long', 400, { message: behind('ContextWindowExceededError: x') }, 'context_length'],
    ['a matter of policy', 400, { message: behind('ContentPolicyViolationError: x') }, 'content_policy'],
    ['a wrong field', 400, { message: behind('BadRequestError: x'), param: 'temperature' }, 'bad_request'],
  ])('for %s (%i) is understood', (_what, status, error, kind) => {
    expect(refusal(status, error).kind).toBe(kind);
  });

  it('carries the delay that the vendor behind it asked for, unless the proxy asks for one itself', () => {
    const slow = { message: behind('RateLimitError: x') };

    expect(refusal(429, slow, { 'llm_provider-retry-after': '7' }).retryAfterMs).toBe(7_000);
    expect(refusal(429, slow, { 'llm_provider-retry-after': '7', 'retry-after': '5' }).retryAfterMs).toBe(
      5_000,
    );
  });

  it('counts as perhaps billed when the proxy lost the answer of the vendor, and only then', () => {
    expect(refusal(500, { message: behind('APIConnectionError: x') }).mayHaveBilled).toBe(true);
    expect(refusal(500, { message: behind('InternalServerError: Connection error.') }).mayHaveBilled).toBe(
      true,
    );
    expect(refusal(500, { message: behind('InternalServerError: boom') }).mayHaveBilled).toBe(false);
  });

  it('speaks of the model when it came from behind the proxy, and of our key when it did not', () => {
    expect(refusal(401, { message: behind('AuthenticationError: x') }).onlyThisModel).toBe(true);
    expect(refusal(400, { message: 'No connected db.', type: 'no_db_connection' }).onlyThisModel).toBe(false);
    expect(
      refusal(400, { message: 'Budget has been exceeded!', type: 'budget_exceeded' }).onlyThisModel,
    ).toBe(false);
  });

  it('is never shown in its own words', () => {
    expect(refusal(401, { message: behind('AuthenticationError: key sk-secret') }).message).not.toContain(
      'sk-',
    );
  });
});
