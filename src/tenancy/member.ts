import { ROLE_PERMISSIONS, isPermission, parseRole, type Permission } from '../access/permissions';
import type { RateLimits } from '../access/rate-limits';
import type { AccountStatus } from './organization.entity';
import { organizationLimits, userRatesOf } from './organization-limits';

/** A user inside an organization, as authentication needs it. */
export interface Member {
  readonly organizationId: string;
  readonly organizationSlug: string;
  readonly organizationStatus: AccountStatus;
  readonly timeZone: string;
  readonly userId: string;
  readonly userStatus: AccountStatus;
  readonly permissions: ReadonlySet<Permission>;
  /** Of the organization as a whole. */
  readonly organizationRates: RateLimits;
  readonly userRates: RateLimits;
}

/** Columns that {@link toMember} reads, of organization `o`, its plan `p`, user `u` and membership `m`. */
export const MEMBER_COLUMNS = `o.id AS organization_id, o.slug, o.status AS organization_status, o.time_zone,
  u.id AS user_id, CASE WHEN m.status = 'active' THEN u.status ELSE m.status END AS user_status,
  m.role, m.permissions AS role_permissions,
  o.limits AS organization_limits, p.limits AS plan_limits, m.limits AS member_limits`;

export interface MemberRow {
  readonly organization_id: string;
  readonly slug: string;
  readonly organization_status: AccountStatus;
  readonly time_zone: string;
  readonly user_id: string;
  /** `suspended` when the user is, everywhere or in this organization. */
  readonly user_status: AccountStatus;
  readonly role: string;
  readonly role_permissions: string[] | null;
  readonly organization_limits: unknown;
  readonly plan_limits: unknown;
  readonly member_limits: unknown;
}

export function toMember(row: MemberRow): Member {
  const limits = organizationLimits(row.plan_limits, row.organization_limits);
  return {
    organizationId: row.organization_id,
    organizationSlug: row.slug,
    organizationStatus: row.organization_status,
    timeZone: row.time_zone,
    userId: row.user_id,
    userStatus: row.user_status,
    permissions: permissionsOfMembership(row.role, row.role_permissions),
    organizationRates: limits.rates,
    userRates: userRatesOf(limits, row.member_limits),
  };
}

/** Permissions of a membership: those of the built-in role, or the listed ones of a custom role. Unknown names grant nothing. */
export function permissionsOfMembership(
  role: string,
  custom: readonly string[] | null,
): ReadonlySet<Permission> {
  if (custom !== null) return new Set(custom.filter(isPermission));
  const known = parseRole(role);
  return new Set(known === undefined ? [] : ROLE_PERMISSIONS[known]);
}
