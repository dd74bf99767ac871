import { isPermission, parseRole, ROLE_PERMISSIONS, type Permission } from '../access/permissions';
import { isJsonObject } from '../common/json';

/** What a verified token says. */
export interface JwtClaims {
  readonly userId: string;
  /** Id or slug. */
  readonly organization: string;
  /** Permissions the token is limited to; undefined when it names neither roles nor permissions. */
  readonly permissions: ReadonlySet<Permission> | undefined;
}

const MAX_NAME_LENGTH = 200;

/** Reads the claims of a token whose signature was verified; undefined when one is missing or has another type. */
export function readJwtClaims(payload: unknown, organizationClaim: string): JwtClaims | undefined {
  if (!isJsonObject(payload) || typeof payload['exp'] !== 'number') return undefined;
  const userId = readName(payload['sub']);
  const organization = readName(payload[organizationClaim]);
  const roles = readList(payload['roles']);
  const permissions = readList(payload['permissions']);
  if (userId === undefined || organization === undefined || roles === null || permissions === null)
    return undefined;
  return { userId, organization, permissions: grantedBy(roles, permissions) };
}

function grantedBy(
  roles: readonly string[] | undefined,
  permissions: readonly string[] | undefined,
): ReadonlySet<Permission> | undefined {
  if (roles === undefined && permissions === undefined) return undefined;
  const fromRoles = (roles ?? []).flatMap((name) => {
    const role = parseRole(name);
    return role === undefined ? [] : ROLE_PERMISSIONS[role];
  });
  return new Set([...fromRoles, ...(permissions ?? []).filter(isPermission)]);
}

function readName(value: unknown): string | undefined {
  const usable =
    typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH && !value.includes('\0');
  return usable ? value : undefined;
}

/** Undefined when absent, null when it is no list of strings. */
function readList(value: unknown): readonly string[] | undefined | null {
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}
