import fc from 'fast-check';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);

const fromHeaders = (headers: Record<string, string>): number | undefined =>
  parseRetryAfter({ headers, body: '', nowMs: NOW });
const fromBody = (body: string): number | undefined => parseRetryAfter({ headers: {}, body, nowMs: NOW });

describe('parseRetryAfter', () => {
  it.each([
    [{ 'retry-after-ms': '150' }, 150],
    [{ 'retry-after-ms': '150.5' }, 151],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1_500],
    [{ 'retry-after': ' 3 ' }, 3_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:07 GMT' }, 7_000],
    [{ 'retry-after': 'Friday, 20-Nov-26 12:00:07 GMT' }, 7_000],
    [{ 'x-ms-retry-after-ms': '400' }, 400],
    [{ 'retry-after-ms': '100', 'retry-after': '9' }, 100],
    [{ 'retry-after': '9', 'x-ratelimit-reset-requests': '1s' }, 9_000],
    [{ 'x-ratelimit-reset-requests': '12ms' }, 12],
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' }, 15_000],
    [{ 'x-ratelimit-reset-tokens': '0m9.56s' }, 9_560],
    [
      {
        'x-ratelimit-reset-requests': '1h',
        'x-ratelimit-remaining-requests': '5',
        'x-ratelimit-reset-tokens': '2s',
      },
      2_000,
    ],
    [{ 'x-ratelimit-reset': '30' }, 30_000],
    [{ 'x-ratelimit-reset': '0.25' }, 250],
    [{ 'x-ratelimit-reset': String(NOW / 1_000 + 5) }, 5_000],
    [{ 'x-ratelimit-reset': String(NOW + 5_000) }, 5_000],
    [{ 'anthropic-ratelimit-tokens-reset': '2026-11-20T12:00:04Z' }, 4_000],
    [{ 'retry-after': '999999' }, MAX_RETRY_AFTER_MS],
  ])('reads %j as %i ms', (headers, expected) => {
    expect(fromHeaders(headers)).toBe(expected);
  });

  it.each([
    { 'retry-after': '120s' },
    { 'retry-after': '-5' },
    { 'retry-after': 'soon' },
    { 'retry-after': 'NaN' },
    { 'retry-after': '1e3' },
    { 'retry-after': '' },
    { 'retry-after': 'Thu, 19 Nov 2026 12:00:00 GMT' },
    { 'retry-after': 'Mon, garbage' },
    { 'retry-after-ms': '-1' },
    { 'x-ratelimit-reset': String(NOW / 1_000 - 5) },
    { 'x-ratelimit-reset-requests': '5 parsecs' },
    { 'anthropic-ratelimit-tokens-reset': '2020-01-01T00:00:00Z' },
    {},
  ])('takes nothing from %j', (headers) => {
    expect(fromHeaders(headers as Record<string, string>)).toBeUndefined();
  });

  it.each([
    [
      '{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7.5s"}]}}',
      7_500,
    ],
    ['Rate limit reached. Please try again in 5.289s. Visit', 5_289],
    ['Please try again in 20ms.', 20],
    ['try again in 6 seconds', 6_000],
    ['try again in 2 minutes', 120_000],
    ['try again later', undefined],
    ['try again in a while', undefined],
  ])('reads the text %p', (body, expected) => {
    expect(fromBody(body)).toBe(expected);
  });

  it('gives nothing or a whole number within the cap, for any header text', () => {
    const names = ['retry-after', 'retry-after-ms', 'x-ratelimit-reset', 'x-ratelimit-reset-tokens'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string(), fc.string(), (name, value, body) => {
        const delay = parseRetryAfter({ headers: { [name]: value }, body, nowMs: NOW }) ?? 0;

        expect(Number.isInteger(delay) && delay >= 0 && delay <= MAX_RETRY_AFTER_MS).toBe(true);
      }),
    );
  });
});
