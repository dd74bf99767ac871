/**
 * Money is an integer number of nano-USD (1 USD = 1,000,000,000), held in a `bigint` so that the
 * compiler refuses to mix it with floating-point numbers.
 */
export type NanoUsd = bigint;

const NANO_PER_USD = 1_000_000_000n;
const TOKENS_PER_PRICE_UNIT = 1_000_000n;
const DECIMAL_USD = /^(\d{1,12})(?:\.(\d{1,18}))?$/;
const PLAIN_NUMBER = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Largest limit that every counter store holds exactly (Redis Lua numbers are doubles). */
export const MAX_LIMIT_NANO_USD: NanoUsd = 9_000_000n * NANO_PER_USD;

/**
 * Reads a non-negative USD amount from a decimal string or a finite number; digits beyond the
 * ninth decimal are rounded half up. Returns undefined for anything else (negative, NaN, text).
 */
export function parseUsd(value: string | number): NanoUsd | undefined {
  const text = typeof value === 'number' ? numberToDecimal(value) : plainDecimal(value.trim());
  const match = DECIMAL_USD.exec(text ?? '');
  if (!match) return undefined;
  const whole = BigInt(match[1] ?? '0') * NANO_PER_USD;
  const digits = (match[2] ?? '').padEnd(10, '0');
  const nano = BigInt(digits.slice(0, 9));
  const roundUp = digits.charCodeAt(9) >= '5'.charCodeAt(0) ? 1n : 0n;
  return whole + nano + roundUp;
}

/** Programs write small amounts as `5e-05`. */
function plainDecimal(text: string): string | undefined {
  return /e/i.test(text) && PLAIN_NUMBER.test(text) ? numberToDecimal(Number(text)) : text;
}

function numberToDecimal(value: number): string | undefined {
  if (!Number.isFinite(value) || value < 0 || !PLAIN_NUMBER.test(String(value))) return undefined;
  return String(value).includes('e') ? value.toFixed(12) : String(value);
}

/** Exact decimal USD text with nine decimals, such as `0.000012500`. */
export function formatUsd(amount: NanoUsd): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** USD for sentences: exact, at least two decimals, no needless zeros, such as `0.00000012` or `10.00`. */
export function displayUsd(amount: NanoUsd): string {
  return formatUsd(amount).replace(/(\.\d{2}\d*?)0+$/, '$1');
}

/** USD as a JSON number for display; the exact value travels beside it as a nano-USD string. */
export function toUsdNumber(amount: NanoUsd): number {
  return Number(amount) / 1e9;
}

/** One priced quantity: a token count and the price of a million of them. */
export interface PricedTokens {
  readonly tokens: number;
  readonly nanoUsdPerMillion: NanoUsd;
}

/** Sums token costs and rounds half up once, at the end. Token counts must be non-negative integers. */
export function costOfTokens(items: readonly PricedTokens[]): NanoUsd {
  let total = 0n;
  for (const item of items) total += BigInt(item.tokens) * item.nanoUsdPerMillion;
  return (total + TOKENS_PER_PRICE_UNIT / 2n) / TOKENS_PER_PRICE_UNIT;
}
