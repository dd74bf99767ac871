import { Setting } from '../../platform/config/setting';
import { flag, integer } from '../../platform/config/setting-types';

const DAY_SECONDS = 86_400;

/** How people log in, how long that lasts, and what guessing costs. */
export class SessionConfig {
  static readonly section = 'Log-in and sessions';

  @Setting({
    env: 'AUTH_ACCESS_TOKEN_SECONDS',
    type: integer({ min: 30, max: DAY_SECONDS }),
    default: 900,
    describe: 'Life of an access token. A log-out ends it sooner, on every replica.',
  })
  readonly accessTokenSeconds: number;

  @Setting({
    env: 'AUTH_SESSION_IDLE_SECONDS',
    type: integer({ min: 60, max: 365 * DAY_SECONDS }),
    default: 7 * DAY_SECONDS,
    describe: 'A session that is not refreshed for this long ends; the life of a refresh token.',
  })
  readonly idleSeconds: number;

  @Setting({
    env: 'AUTH_SESSION_MAX_SECONDS',
    type: integer({ min: 60, max: 3_650 * DAY_SECONDS }),
    default: 30 * DAY_SECONDS,
    describe: 'A session ends after this long, however often it is refreshed.',
  })
  readonly maxSeconds: number;

  @Setting({
    env: 'AUTH_REFRESH_GRACE_SECONDS',
    type: integer({ min: 0, max: 120 }),
    default: 10,
    describe:
      'A refresh token sent again within this time is answered like the first time (two tabs, a lost answer). Later it counts as stolen and ends the session.',
  })
  readonly refreshGraceSeconds: number;

  @Setting({
    env: 'AUTH_LOCKOUT_ATTEMPTS',
    type: integer({ min: 1, max: 1_000 }),
    default: 5,
    describe: 'Failed log-ins of one account after which it is locked, for longer with each further one.',
  })
  readonly lockoutAttempts: number;

  @Setting({
    env: 'AUTH_LOCKOUT_ADDRESS_ATTEMPTS',
    type: integer({ min: 1, max: 1_000_000 }),
    default: 50,
    describe:
      'Failed log-ins from one address (IPv6: one /64 network), over all accounts, after which the address is locked.',
  })
  readonly lockoutAddressAttempts: number;

  @Setting({
    env: 'AUTH_LOCKOUT_BASE_SECONDS',
    type: integer({ min: 1, max: 3_600 }),
    default: 30,
    describe: 'First lock; it doubles with each failed log-in after it.',
  })
  readonly lockoutBaseSeconds: number;

  @Setting({
    env: 'AUTH_LOCKOUT_MAX_SECONDS',
    type: integer({ min: 1, max: DAY_SECONDS }),
    default: 900,
    describe: 'Longest lock. Whoever can lock an account by guessing can do so for this long at a time.',
  })
  readonly lockoutMaxSeconds: number;

  @Setting({
    env: 'AUTH_COOKIE_SECURE',
    type: flag(),
    default: true,
    describe:
      'Session cookies of browsers are sent over HTTPS only (browsers take http://localhost for secure).',
    unsafeInProduction: (value) => (value === false ? 'session cookies would travel unencrypted' : undefined),
  })
  readonly cookieSecure: boolean;
}
