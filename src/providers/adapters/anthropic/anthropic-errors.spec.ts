import type { ErrorType } from '@anthropic-ai/sdk/resources/shared';
import type { ProviderErrorKind } from '../../../llm/provider-error';
import { toAnthropicError } from './anthropic-errors';

const NOW = Date.parse('2026-11-20T12:00:00Z');

const bodyOf = (
  type: ErrorType | 'request_too_large',
  message = 'secret sk-ant-api03 text',
  code?: string,
): string =>
  JSON.stringify({
    type: 'error',
    error: { type, message, ...(code !== undefined && { details: { error_code: code } }) },
    request_id: 'req_1',
  });

const errorOf = (
  status: number,
  body: string,
  headers: Record<string, string> = {},
): ReturnType<typeof toAnthropicError> =>
  toAnthropicError({ provider: 'anthropic', status, headers, body, nowMs: NOW });

describe('toAnthropicError', () => {
  it.each<[number, string, ProviderErrorKind, boolean]>([
    [400, bodyOf('invalid_request_error'), 'bad_request', false],
    [
      400,
      bodyOf('invalid_request_error', 'prompt is too long: 250000 tokens > 200000 maximum'),
      'context_length',
      false,
    ],
    [
      400,
      bodyOf(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      ),
      'context_length',
      false,
    ],
    [
      400,
      bodyOf('invalid_request_error', 'Your credit balance is too low to access the API'),
      'billing',
      false,
    ],
    [400, bodyOf('invalid_request_error', 'x', 'organization_on_hold'), 'authentication', false],
    [401, bodyOf('authentication_error'), 'authentication', false],
    [402, bodyOf('billing_error'), 'billing', false],
    [403, bodyOf('permission_error'), 'authentication', false],
    [404, bodyOf('not_found_error'), 'not_found', false],
    [413, bodyOf('request_too_large'), 'bad_request', false],
    [429, bodyOf('rate_limit_error'), 'rate_limit', false],
    [429, bodyOf('rate_limit_error', 'x', 'enforced_spend_limit_reached'), 'billing', false],
    [429, bodyOf('rate_limit_error', 'x', 'ramp_limit_exceeded'), 'rate_limit', false],
    [500, bodyOf('api_error'), 'server', false],
    [502, '<html>Bad gateway</html>', 'server', true],
    [503, '', 'overloaded', false],
    [504, bodyOf('timeout_error'), 'timeout', true],
    [529, bodyOf('overloaded_error'), 'overloaded', false],
    [529, '', 'overloaded', false],
    [418, '', 'bad_request', false],
    [302, '', 'invalid_response', false],
  ])('understands %i %s', (status, body, kind, mayHaveBilled) => {
    expect(errorOf(status, body)).toMatchObject({ kind, status, mayHaveBilled, provider: 'anthropic' });
  });

  it('names the most exact code and never repeats the vendor’s text', () => {
    const error = errorOf(429, bodyOf('rate_limit_error', undefined, 'ramp_limit_exceeded'));

    expect(error.vendorCode).toBe('ramp_limit_exceeded');
    expect(errorOf(529, bodyOf('overloaded_error')).vendorCode).toBe('overloaded_error');
    expect(JSON.stringify(error) + error.message).not.toContain('secret');
  });

  it('does not take a secret for a code', () => {
    expect(errorOf(400, '{"error":{"type":"sk_ant_api03_secret"}}').vendorCode).toBeUndefined();
  });

  it.each([
    ['retry-after', { 'retry-after': '7' }, 7_000],
    [
      'the reset of the used-up limit',
      {
        'anthropic-ratelimit-requests-remaining': '10',
        'anthropic-ratelimit-requests-reset': '2026-11-20T12:00:14Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-20T12:00:09Z',
      },
      9_000,
    ],
    ['nothing usable', { 'anthropic-ratelimit-tokens-reset': '2026-11-20T11:00:00Z' }, undefined],
  ])('waits as long as %s says', (_what, headers, expected) => {
    expect(errorOf(429, bodyOf('rate_limit_error'), headers).retryAfterMs).toBe(expected);
  });
});
