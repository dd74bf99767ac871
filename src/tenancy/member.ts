import { ROLE_PERMISSIONS, isPermission, parseRole, type Permission } from '../access/permissions';
import type { AccountStatus } from './organization.entity';

/** A user inside an organization, as authentication needs it. */
export interface Member {
  readonly organizationId: string;
  readonly organizationSlug: string;
  readonly organizationStatus: AccountStatus;
  readonly timeZone: string;
  readonly userId: string;
  readonly userStatus: AccountStatus;
  readonly permissions: ReadonlySet<Permission>;
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
