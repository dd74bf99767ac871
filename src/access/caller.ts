import type { NanoUsd } from '../common/money';
import type { Permission } from './permissions';
import type { RateLimits } from './rate-limits';

/** Who is asking, as established by the authentication guard. Passed explicitly, never kept in async storage. */
export interface Caller {
  readonly organizationId: string;
  /** Slug that policy maps (`POLICY__MODEL_ALLOW`) and display use. */
  readonly organizationSlug: string;
  /** IANA zone that calendar budgets follow. */
  readonly timeZone: string;
  readonly projectId: string | undefined;
  readonly userId: string;
  /** Undefined for a JWT. */
  readonly apiKeyId: string | undefined;
  /** The log-in a browser or command line acts in; undefined for keys and foreign tokens. */
  readonly sessionId?: string;
  readonly method: 'api_key' | 'static_key' | 'jwt';
  readonly permissions: ReadonlySet<Permission>;
  /** Null means any model. */
  readonly allowedModels: readonly string[] | null;
  readonly limits: CallerLimits;
}

/** Limits of the key, and above it of its user and organization; what is undefined here falls back to the configured defaults. */
export interface CallerLimits extends RateLimits {
  readonly dailyBudget?: NanoUsd;
  readonly weeklyBudget?: NanoUsd;
  readonly monthlyBudget?: NanoUsd;
  readonly yearlyBudget?: NanoUsd;
  /** Of the user over all keys. */
  readonly userRates?: RateLimits;
  /** Of the organization over all its callers. */
  readonly organizationRates?: RateLimits;
}
