import type { Caller } from '../access/caller';
import { AppError } from '../common/app-error';
import { ANALYTICS_ERRORS } from './analytics.errors';

/** Whose figures are read. */
export interface AnalyticsScope {
  /** Undefined for all organizations: system administrators only. */
  readonly organizationId: string | undefined;
  /** Set for callers who may see their own figures only. */
  readonly ownUserId: string | undefined;
}

/** The caller's organization, or another one for a system administrator; for anybody else that does not exist. */
export function scopeOf(caller: Caller, organizationId?: string): AnalyticsScope {
  const ownUserId = caller.permissions.has('analytics:read') ? undefined : caller.userId;
  if (organizationId === undefined || organizationId === caller.organizationId)
    return { organizationId: caller.organizationId, ownUserId };
  if (caller.permissions.has('system:admin')) return { organizationId, ownUserId: undefined };
  throw new AppError(ANALYTICS_ERRORS.notFound, {
    public: 'There is no such organization.',
    param: 'organization_id',
  });
}

/** Every organization; refused to all but system administrators. */
export function everyOrganization(caller: Caller): AnalyticsScope {
  if (caller.permissions.has('system:admin')) return { organizationId: undefined, ownUserId: undefined };
  throw new AppError(ANALYTICS_ERRORS.forbidden, {
    public: "Grouping by organization needs the permission 'system:admin'.",
    param: 'group_by',
  });
}
