import { MAX_RATE, RATE_KINDS, readRateLimits, type RateLimits } from '../access/rate-limits';
import { isJsonObject, parseJson } from '../common/json';
import { Setting } from '../platform/config/setting';
import type { SettingType } from '../platform/config/setting-types';

const NAMES = RATE_KINDS.map(({ name }) => name);
const FORM = 'such as `requests_per_minute=60,tokens_per_day=1000000`';

/** Rate limits of everybody for whom nothing else is set; sliding windows, none by default. */
export class RateLimitsConfig {
  static readonly section = 'Rate limits';

  @Setting({
    env: 'RATE_LIMITS_KEY',
    type: rates(),
    default: {},
    describe: `Of each API key that sets no own ones, ${FORM}; of each user who comes without a key.`,
    example: 'requests_per_minute=60,tokens_per_day=1000000',
  })
  readonly key: RateLimits;

  @Setting({
    env: 'RATE_LIMITS_USER',
    type: rates(),
    default: {},
    describe: 'Of each user over all keys, unless the plan sets others.',
  })
  readonly user: RateLimits;

  @Setting({
    env: 'RATE_LIMITS_ORGANIZATION',
    type: rates(),
    default: {},
    describe: 'Of each organization over all its callers, unless it or its plan sets others.',
  })
  readonly organization: RateLimits;

  @Setting({
    env: 'RATE_LIMITS_GLOBAL',
    type: rates(),
    default: {},
    describe:
      'Of the whole installation. Counted apart from the others, so a request they refuse may count here all the same.',
  })
  readonly global: RateLimits;
}

/** A comma list `name=value`, or a JSON object. */
function rates(): SettingType<RateLimits> {
  return {
    label: `list of ${NAMES.join(', ')}, each with =number`,
    parse(text) {
      const parsed = text.trim().startsWith('{') ? parseJson(text) : fromList(text);
      if (!isJsonObject(parsed)) throw new Error(`expected a list ${FORM}`);
      for (const [name, value] of Object.entries(parsed)) {
        if (!NAMES.some((known) => known === name)) throw new Error(`expected one of ${NAMES.join(', ')}`);
        if (!Number.isSafeInteger(value) || Number(value) < 1 || Number(value) > MAX_RATE)
          throw new Error(`expected a whole number from 1 to ${MAX_RATE} for ${name}`);
      }
      return readRateLimits(parsed);
    },
    format: (limits) =>
      RATE_KINDS.filter(({ field }) => limits[field] !== undefined)
        .map(({ field, name }) => `${name}=${limits[field]}`)
        .join(','),
  };
}

function fromList(text: string): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const [name = '', value = ''] = item.split('=', 2).map((part) => part.trim());
    found[name] = /^\d+$/.test(value) ? Number(value) : undefined;
  }
  return found;
}
