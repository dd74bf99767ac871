import { readRateLimits, tighterRates, type RateLimits, type StoredRateLimits } from '../access/rate-limits';
import { isJsonObject, type JsonObject } from '../common/json';

/** Limits of an organization or plan in the form of bodies and rows; the rates are those of all its callers together. */
export interface StoredOrganizationLimits extends StoredRateLimits {
  readonly max_users?: number;
  readonly max_api_keys?: number;
  readonly max_projects?: number;
  readonly user?: StoredRateLimits;
}

/** What an organization may use as a whole; an undefined field sets no limit. */
export interface OrganizationLimits {
  readonly maxUsers: number | undefined;
  readonly maxApiKeys: number | undefined;
  readonly maxProjects: number | undefined;
  /** Of all its callers together. */
  readonly rates: RateLimits;
  /** Of each of its users. */
  readonly userRates: RateLimits;
}

/** Limits of a plan with those of one organization laid over it, field by field. */
export function organizationLimits(plan: unknown, own: unknown): OrganizationLimits {
  const merged = mergeLimits(plan, own);
  return {
    maxUsers: readCount(merged.max_users),
    maxApiKeys: readCount(merged.max_api_keys),
    maxProjects: readCount(merged.max_projects),
    rates: readRateLimits(merged),
    userRates: readRateLimits(merged.user),
  };
}

/** The same in the form of bodies and rows. */
export function mergeLimits(plan: unknown, own: unknown): StoredOrganizationLimits {
  const [base, over] = [asObject(plan), asObject(own)];
  const user = { ...asObject(base['user']), ...asObject(over['user']) };
  return { ...base, ...over, ...(Object.keys(user).length > 0 && { user }) };
}

/** Rates of one user: what the organization allows each of them, tightened by what is set for this one. */
export function userRatesOf(limits: OrganizationLimits, own: unknown): RateLimits {
  return tighterRates(limits.userRates, readRateLimits(own));
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
