import type { Caller } from '../access/caller';
import { loadConfig } from '../platform/config/load-config';
import { CallerRates } from './caller-rates';
import { RateLimitsConfig } from './rate-limits.config';

const rates = (settings: Readonly<Record<string, string>> = {}): CallerRates =>
  new CallerRates(loadConfig([RateLimitsConfig], settings).get(RateLimitsConfig));

const caller = (limits: Caller['limits'] = {}, apiKeyId: string | null = 'key_1'): Caller => ({
  organizationId: 'org_1',
  organizationSlug: 'one',
  timeZone: 'UTC',
  projectId: undefined,
  userId: 'usr_1',
  apiKeyId: apiKeyId ?? undefined,
  method: 'api_key',
  permissions: new Set(),
  allowedModels: null,
  limits,
});

const shown = (lines: readonly { counter: string; limit: number }[]): Record<string, number> =>
  Object.fromEntries(lines.map(({ counter, limit }) => [counter, limit]));

describe('rates of a caller', () => {
  it('are none by default', () => {
    expect(rates().linesOf(caller(), 'requests', 0)).toEqual([]);
    expect(rates().globalLines('tokens')).toEqual([]);
  });

  it('come from the key, the user and the organization before the settings, each field by itself', () => {
    const settings = {
      RATE_LIMITS_KEY: 'requests_per_minute=10,requests_per_day=1000',
      RATE_LIMITS_USER: 'requests_per_minute=20',
      RATE_LIMITS_ORGANIZATION: 'requests_per_hour=30,tokens_per_day=5',
    };
    const own = caller({ requestsPerMinute: 3, organizationRates: { requestsPerHour: 7 } });

    expect(shown(rates(settings).linesOf(own, 'requests', 0))).toEqual({
      'key/key_1/requests/minute': 3,
      'key/key_1/requests/day': 1000,
      'user/usr_1/requests/minute': 20,
      'organization/all/requests/hour': 7,
    });
    expect(shown(rates(settings).linesOf(own, 'tokens', 0))).toEqual({ 'organization/all/tokens/day': 5 });
  });

  it('give the general default per minute to keys that set no other one, and to users without a key', () => {
    expect(shown(rates().linesOf(caller({ requestsPerMinute: 3 }), 'requests', 60))).toEqual({
      'key/key_1/requests/minute': 3,
    });
    expect(shown(rates().linesOf(caller({}, null), 'requests', 60))).toEqual({
      'key/usr_1/requests/minute': 60,
    });
  });

  it('are made once per caller, so that a request costs no allocation for them', () => {
    const one = caller({ requestsPerMinute: 3 });
    const known = rates();

    expect(known.linesOf(one, 'requests', 0)).toBe(known.linesOf(one, 'requests', 0));
  });

  it('refuse settings that are no rates', () => {
    for (const text of [
      'requests_per_minute=0',
      'requests_per_year=1',
      'requests_per_minute',
      '[]',
      'tokens_per_day=1.5',
    ])
      expect(() => rates({ RATE_LIMITS_USER: text })).toThrow(/RATE_LIMITS_USER/);
  });
});
