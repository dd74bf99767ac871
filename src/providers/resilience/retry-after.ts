/** Longest delay that is believed; a vendor asking for more is treated as gone for this long. */
export const MAX_RETRY_AFTER_MS = 300_000;
/** Resets of single limits say when a limit is full again, not when the next call fits: believed up to here only. */
const MAX_REFILL_MS = 15_000;

const DECIMAL = /^\d{1,15}(?:\.\d{1,9})?$/;
const GO_DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|h|m|s))+$/;
const GO_DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|h|m|s)/g;
const TRY_AGAIN_TEXT = /try again in (\d{1,6}(?:\.\d{1,6})?) ?(ms|milliseconds|s|sec|seconds|m|minutes)\b/i;
const MS_OF_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  milliseconds: 1,
  s: 1_000,
  sec: 1_000,
  seconds: 1_000,
  m: 60_000,
  minutes: 60_000,
  h: 3_600_000,
};
const RESET_HEADERS = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
/** Numbers above these are points in time, not durations. */
const EPOCH_SECONDS_FROM = 1_000_000_000;
const EPOCH_MS_FROM = 1_000_000_000_000;

export interface RetryAfterSource {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Text of the error body: its RetryInfo or its "try again in". */
  readonly body: string;
  readonly nowMs: number;
}

/**
 * How long the vendor asks us to wait, in milliseconds, from the first form it uses: `retry-after-ms`,
 * `retry-after`, `x-ms-retry-after-ms`, Google's RetryInfo, `x-ratelimit-reset*`, the error's text.
 * Undefined when it says nothing usable; negative, past and garbled values count as nothing.
 */
export function parseRetryAfter(source: RetryAfterSource): number | undefined {
  const { headers, body, nowMs } = source;
  const delay =
    milliseconds(headers['retry-after-ms']) ??
    secondsOrDate(headers['retry-after'], nowMs) ??
    milliseconds(headers['x-ms-retry-after-ms']) ??
    retryInfo(body) ??
    rateLimitReset(headers, nowMs) ??
    tryAgainText(body);
  return delay === undefined ? undefined : Math.min(Math.ceil(delay), MAX_RETRY_AFTER_MS);
}

function milliseconds(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  return DECIMAL.test(text) ? Number(text) : undefined;
}

function secondsOrDate(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (DECIMAL.test(text)) return Number(text) * 1_000;
  // An HTTP date begins with the name of a day; Date.parse alone would take `-5` or `120s` for years.
  return /^[A-Z][a-z]{2,8},? /.test(text) ? future(Date.parse(text), nowMs) : undefined;
}

function retryInfo(body: string): number | undefined {
  const match = /"retryDelay"\s*:\s*"(\d{1,9}(?:\.\d{1,9})?)s"/.exec(body);
  return match ? Number(match[1]) * 1_000 : undefined;
}

/** The latest reset among the limits that are used up; a limit with something left is not the reason. */
function rateLimitReset(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const delays: number[] = [];
  for (const limit of RESET_HEADERS) {
    for (const prefix of ['x-ratelimit', 'anthropic-ratelimit']) {
      const separator = prefix === 'x-ratelimit' ? `reset-${limit}` : `${limit}-reset`;
      const remaining = prefix === 'x-ratelimit' ? `remaining-${limit}` : `${limit}-remaining`;
      if (Number(headers[`${prefix}-${remaining}`] ?? '0') > 0) continue;
      const delay = resetValue(headers[`${prefix}-${separator}`], nowMs);
      if (delay !== undefined) delays.push(Math.min(delay, MAX_REFILL_MS));
    }
  }
  const plain = resetValue(headers['x-ratelimit-reset'], nowMs);
  if (plain !== undefined) delays.push(plain);
  return delays.length === 0 ? undefined : Math.max(...delays);
}

function resetValue(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (DECIMAL.test(text)) {
    const number = Number(text);
    if (number >= EPOCH_MS_FROM) return future(number, nowMs);
    return number >= EPOCH_SECONDS_FROM ? future(number * 1_000, nowMs) : number * 1_000;
  }
  if (GO_DURATION.test(text)) return goDuration(text);
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? future(Date.parse(text), nowMs) : undefined;
}

function goDuration(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(GO_DURATION_PART)) {
    total += Number(amount) * (MS_OF_UNIT[unit ?? ''] ?? 0);
  }
  return total;
}

function tryAgainText(body: string): number | undefined {
  const match = TRY_AGAIN_TEXT.exec(body);
  return match ? Number(match[1]) * (MS_OF_UNIT[match[2]?.toLowerCase() ?? ''] ?? 0) : undefined;
}

function future(timeMs: number, nowMs: number): number | undefined {
  return timeMs > nowMs ? timeMs - nowMs : undefined;
}
