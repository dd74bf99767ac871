import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller';
import { RATE_KINDS, type RateKind, type RateLimits } from '../access/rate-limits';
import type { RateLine } from './quota-store';
import { RateLimitsConfig } from './rate-limits.config';

type RateLevel = 'key' | 'user' | 'organization' | 'global';
type RateUnit = RateKind['unit'];

/** A rate limit of a caller, with what a refusal has to say about it. */
interface CallerRateLine extends RateLine {
  readonly level: RateLevel;
  readonly unit: RateUnit;
  readonly window: RateKind['window'];
}

/** Where the counters of the whole installation are kept, in the place of an organization. */
export const GLOBAL_SCOPE = 'global';

/** Every rate limit a request falls under: of its key, its user, its organization, and of the installation. */
@Injectable()
export class CallerRates {
  /** Callers live as long as what is remembered about their key, so their lines are made once. */
  readonly #known = new WeakMap<Caller, Partial<Record<RateUnit, readonly CallerRateLine[]>>>();
  readonly #global: Readonly<Record<RateUnit, readonly CallerRateLine[]>>;

  constructor(private readonly config: RateLimitsConfig) {
    const global = linesOf('global', 'all', config.global);
    this.#global = {
      requests: global.filter(({ unit }) => unit === 'requests'),
      tokens: global.filter(({ unit }) => unit === 'tokens'),
    };
  }

  /** The limits on one unit, all counted in the organization of the caller; `perMinute` is the default of keys, 0 for none. */
  linesOf(caller: Caller, unit: RateUnit, perMinute: number): readonly RateLine[] {
    const known = this.#known.get(caller) ?? {};
    known[unit] ??= this.makeLines(caller, unit, perMinute);
    this.#known.set(caller, known);
    return known[unit];
  }

  /** The limits on one unit over all organizations. */
  globalLines(unit: RateUnit): readonly RateLine[] {
    return this.#global[unit];
  }

  private makeLines(caller: Caller, unit: RateUnit, perMinute: number): readonly CallerRateLine[] {
    const { limits, userId } = caller;
    const base: RateLimits = perMinute === 0 ? {} : { [`${unit}PerMinute`]: perMinute };
    const lines = [
      ...linesOf('key', subjectOf(caller), { ...base, ...this.keyRates(caller) }),
      ...linesOf('user', userId, { ...this.config.user, ...limits.userRates }),
      ...linesOf('organization', 'all', { ...this.config.organization, ...limits.organizationRates }),
    ];
    return lines.filter((line) => line.unit === unit);
  }

  private keyRates({ limits }: Caller): RateLimits {
    const rates: Partial<Record<keyof RateLimits, number>> = { ...this.config.key };
    for (const { field } of RATE_KINDS) {
      const value = limits[field];
      if (value !== undefined) rates[field] = value;
    }
    return rates;
  }
}

/** What a refusal says about the limit that was met. */
export function describeRate(line: RateLine, unit: RateUnit): string {
  if (!isCallerRateLine(line)) return `The limit of ${line.limit} ${unit} per minute is reached.`;
  const whose = line.level === 'global' ? 'installation' : line.level === 'key' ? 'API key' : line.level;
  return `The limit of ${line.limit} ${unit} per ${line.window} of this ${whose} is reached.`;
}

/** The same for machines. */
export function rateDetails(line: RateLine): Readonly<Record<string, unknown>> | undefined {
  return isCallerRateLine(line) ? { level: line.level, window: line.window, limit: line.limit } : undefined;
}

function isCallerRateLine(line: RateLine): line is CallerRateLine {
  return 'level' in line;
}

/** Who comes with a token instead of a key has limits of the same kind. */
function subjectOf({ apiKeyId, userId }: Caller): string {
  return apiKeyId ?? userId;
}

function linesOf(level: RateLevel, subject: string, limits: RateLimits): readonly CallerRateLine[] {
  return RATE_KINDS.flatMap(({ field, unit, window, windowMs }) => {
    const limit = limits[field];
    if (limit === undefined) return [];
    return [{ counter: `${level}/${subject}/${unit}/${window}`, limit, windowMs, level, unit, window }];
  });
}
