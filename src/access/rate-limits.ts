import { isJsonObject } from '../common/json';

/** How many requests and tokens a key, a user or an organization may use; an undefined field sets no limit. */
export interface RateLimits {
  readonly requestsPerMinute?: number;
  readonly requestsPerHour?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerHour?: number;
  readonly tokensPerDay?: number;
}

/** The same in the form of bodies and rows. */
export interface StoredRateLimits {
  readonly requests_per_minute?: number;
  readonly requests_per_hour?: number;
  readonly requests_per_day?: number;
  readonly tokens_per_minute?: number;
  readonly tokens_per_hour?: number;
  readonly tokens_per_day?: number;
}

/** One kind of rate limit: what it counts, over which time, and its name in bodies and in the database. */
export interface RateKind {
  readonly field: keyof RateLimits;
  readonly name: keyof StoredRateLimits;
  readonly unit: 'requests' | 'tokens';
  readonly window: 'minute' | 'hour' | 'day';
  readonly windowMs: number;
}

const WINDOWS = [
  { window: 'minute', suffix: 'PerMinute', windowMs: 60_000 },
  { window: 'hour', suffix: 'PerHour', windowMs: 3_600_000 },
  { window: 'day', suffix: 'PerDay', windowMs: 86_400_000 },
] as const;

/** Every kind there is. */
export const RATE_KINDS: readonly RateKind[] = (['requests', 'tokens'] as const).flatMap((unit) =>
  WINDOWS.map(({ window, suffix, windowMs }) => ({
    field: `${unit}${suffix}` as const,
    name: `${unit}_per_${window}` as const,
    unit,
    window,
    windowMs,
  })),
);

/** The largest value of a limit. */
export const MAX_RATE = 1_000_000_000_000;

/** Reads limits in the form of bodies and rows (`requests_per_minute` …); what is no positive integer sets no limit. */
export function readRateLimits(stored: unknown): RateLimits {
  if (!isJsonObject(stored)) return {};
  const limits: Partial<Record<keyof RateLimits, number>> = {};
  for (const { field, name } of RATE_KINDS) {
    const value = stored[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) limits[field] = value;
  }
  return limits;
}

/** The form that {@link readRateLimits} reads, without the fields that set no limit. */
export function writeRateLimits(limits: RateLimits): StoredRateLimits {
  const stored: Partial<Record<keyof StoredRateLimits, number>> = {};
  for (const { field, name } of RATE_KINDS) {
    const value = limits[field];
    if (value !== undefined) stored[name] = value;
  }
  return stored;
}

/** The smaller of both in every field: for limits of which neither may lift the other. */
export function tighterRates(one: RateLimits, other: RateLimits): RateLimits {
  const limits: Partial<Record<keyof RateLimits, number>> = {};
  for (const { field } of RATE_KINDS) {
    const [left, right] = [one[field], other[field]];
    const value = left === undefined ? right : right === undefined ? left : Math.min(left, right);
    if (value !== undefined) limits[field] = value;
  }
  return limits;
}
