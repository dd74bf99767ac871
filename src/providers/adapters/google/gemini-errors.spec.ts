import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderError } from '../../../llm/provider-error';
import { toGeminiError, toGeminiErrorInAnswer } from './gemini-errors';

const fixture = (name: string): string => readFileSync(join(__dirname, '__fixtures__', name), 'utf8');
const errorOf = (status: number, body: unknown, headers: Record<string, string> = {}): ProviderError =>
  toGeminiError({
    provider: 'google',
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    nowMs: 0,
  });
const rpc = (code: number, status: string, message = '', details: unknown[] = []): object => ({
  error: { code, message, status, details },
});
const info = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });

describe('toGeminiError', () => {
  it('takes a wrong key for what it is, although it comes as a bad request', () => {
    expect(errorOf(400, fixture('invalid-key.json'))).toMatchObject({
      kind: 'authentication',
      status: 400,
      vendorCode: 'API_KEY_INVALID',
      mayHaveBilled: false,
    });
    expect(
      errorOf(400, rpc(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.')).kind,
    ).toBe('authentication');
  });

  it('waits as long as the body asks', () => {
    expect(errorOf(429, fixture('rate-limit.json'))).toMatchObject({
      kind: 'rate_limit',
      retryAfterMs: 34_400,
      vendorCode: 'RESOURCE_EXHAUSTED',
    });
  });

  it('does not believe that a daily quota is back within seconds', () => {
    const body = fixture('rate-limit.json').replace('PerMinutePer', 'PerDayPer');

    expect(errorOf(429, body)).toMatchObject({ kind: 'rate_limit', retryAfterMs: 300_000 });
  });

  it('lets a header speak first', () => {
    expect(errorOf(429, fixture('rate-limit.json'), { 'retry-after': '7' }).retryAfterMs).toBe(7_000);
  });

  it.each([
    [400, rpc(400, 'INVALID_ARGUMENT', 'Invalid value at contents'), 'bad_request'],
    [
      400,
      rpc(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
      'context_length',
    ],
    [400, rpc(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'), 'not_found'],
    [400, rpc(400, 'FAILED_PRECONDITION', 'Please enable billing on project 7'), 'billing'],
    [401, rpc(401, 'UNAUTHENTICATED'), 'authentication'],
    [403, rpc(403, 'PERMISSION_DENIED'), 'authentication'],
    [403, rpc(403, 'PERMISSION_DENIED', '', [info('BILLING_DISABLED')]), 'billing'],
    [404, rpc(404, 'NOT_FOUND', 'models/x is not found'), 'not_found'],
    [429, rpc(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'), 'billing'],
    [429, 'slow down', 'rate_limit'],
    [499, rpc(499, 'CANCELLED'), 'server'],
    [500, rpc(500, 'INTERNAL'), 'server'],
    [500, '<html>', 'server'],
    [503, rpc(503, 'UNAVAILABLE', 'The model is overloaded.'), 'overloaded'],
    [504, rpc(504, 'DEADLINE_EXCEEDED'), 'timeout'],
    [418, 'teapot', 'bad_request'],
    [307, '', 'invalid_response'],
    [503, [rpc(503, 'UNAVAILABLE')], 'overloaded'],
  ])('with status %i %j becomes %s', (status, body, kind) => {
    expect(errorOf(status, body)).toMatchObject({ kind, status, mayHaveBilled: status === 504 });
  });

  it('names the field Google complains about, and passes none of its text on', () => {
    const field = (name: string): object => ({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: name, description: 'secret prompt' }],
    });
    const error = errorOf(
      400,
      rpc(400, 'INVALID_ARGUMENT', 'secret prompt AIzaSecret', [field('contents[0].parts')]),
    );

    expect(error.param).toBe('contents[0].parts');
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/secret|AIza/);
    expect(
      errorOf(400, rpc(400, 'INVALID_ARGUMENT', '', [field('no field, but text')])).param,
    ).toBeUndefined();
    expect(errorOf(400, rpc(400, '', '', [info('AIzaSecretSecret')])).vendorCode).toBeUndefined();
  });
});

describe('toGeminiErrorInAnswer', () => {
  it('knows whether the work may have been begun', () => {
    const refused = rpc(429, 'RESOURCE_EXHAUSTED');

    expect(toGeminiErrorInAnswer('google', refused, 'nothing-yet')).toMatchObject({
      kind: 'rate_limit',
      mayHaveBilled: false,
    });
    expect(toGeminiErrorInAnswer('google', [refused], 'begun')).toMatchObject({ mayHaveBilled: true });
    expect(toGeminiErrorInAnswer('google', rpc(500, 'INTERNAL'), 'nothing-yet')).toMatchObject({
      kind: 'server',
      mayHaveBilled: true,
    });
  });

  it.each([[{ candidates: [] }], [null], [[]], ['x'], [{ error: null }]])('finds none in %j', (value) => {
    expect(toGeminiErrorInAnswer('google', value, 'begun')).toBeUndefined();
  });
});
