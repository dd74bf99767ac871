import { Setting } from '../../platform/config/setting';
import { decimal, integer, text, usd } from '../../platform/config/setting-types';
import type { NanoUsd } from '../../common/money';

const TEN_USD = 10_000_000_000n;

/** What counts as unusual. */
export class SecurityWatchConfig {
  static readonly section = 'Unusual activity';

  @Setting({
    env: 'SECURITY_REFUSAL_BURST',
    type: integer({ min: 1, max: 1_000_000 }),
    default: 20,
    describe:
      'Refused authentications of one address, or at one account, within a minute that make a security event.',
  })
  readonly refusalBurst: number;

  @Setting({
    env: 'SECURITY_COUNTRY_HEADER',
    type: text(),
    describe:
      'Header in which a trusted proxy names the country of the client by two letters. Read only with TRUST_PROXY.',
    example: 'cf-ipcountry',
  })
  readonly countryHeader: string | undefined;

  @Setting({
    env: 'SECURITY_ACTIVITY_FACTOR',
    type: decimal({ min: 1.1, max: 1_000 }),
    default: 5,
    describe:
      'An API key that makes this many times the calls, or spends this many times the money, of its busiest hour in 14 days makes a security event.',
  })
  readonly activityFactor: number;

  @Setting({
    env: 'SECURITY_ACTIVITY_MIN_CALLS',
    type: integer({ min: 1, max: 1_000_000_000 }),
    default: 500,
    describe: 'Fewer calls in an hour are never unusual.',
  })
  readonly activityMinCalls: number;

  @Setting({
    env: 'SECURITY_ACTIVITY_MIN_COST_USD',
    type: usd(),
    default: TEN_USD,
    describe: 'Less money in an hour is never unusual.',
  })
  readonly activityMinCost: NanoUsd;
}
