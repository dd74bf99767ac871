import type { NanoUsd } from '../common/money';
import type { Permission } from './permissions';

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

/** Limits bound to the key or user; undefined fields fall back to the configured defaults. */
export interface CallerLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly dailyBudget?: NanoUsd;
  readonly monthlyBudget?: NanoUsd;
}
