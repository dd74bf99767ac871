import { isPermission, ROLE_PERMISSIONS, type Permission } from '../access/permissions';
import { isJsonObject } from '../common/json';
import { claimAt } from './claim-at';
import { roleOf, type RoleMap } from './role-map';

/** What a verified token says. */
export interface JwtClaims {
  readonly userId: string;
  /** Id or slug. */
  readonly organization: string;
  /** Permissions the token is limited to; undefined when it names neither roles nor permissions. */
  readonly permissions: ReadonlySet<Permission> | undefined;
}

/** Under which names the issuer says what we want to know. */
export interface ClaimNames {
  readonly user: string;
  readonly organization: string;
  readonly roles: string;
  readonly permissions: string;
  readonly roleMap: RoleMap;
}

/** When a token may have been issued at the latest; one from the future was made with a wrong clock, or by a liar. */
export interface TokenTime {
  readonly nowMs: number;
  readonly skewSeconds: number;
}

const MAX_NAME_LENGTH = 200;

/**
 * Reads the claims of a token whose signature was verified; undefined when one is missing, has another type, or the token
 * was issued in the future.
 */
export function readJwtClaims(payload: unknown, names: ClaimNames, time: TokenTime): JwtClaims | undefined {
  if (!isJsonObject(payload) || typeof payload['exp'] !== 'number') return undefined;
  if (!isIssuedBefore(payload['iat'], time)) return undefined;
  const userId = readName(claimAt(payload, names.user));
  const organization = readName(claimAt(payload, names.organization));
  const roles = readList(claimAt(payload, names.roles));
  const permissions = readList(claimAt(payload, names.permissions));
  if (userId === undefined || organization === undefined || roles === null || permissions === null)
    return undefined;
  return { userId, organization, permissions: grantedBy(roles, permissions, names.roleMap) };
}

function isIssuedBefore(issuedAt: unknown, { nowMs, skewSeconds }: TokenTime): boolean {
  if (issuedAt === undefined) return true;
  return typeof issuedAt === 'number' && issuedAt * 1_000 <= nowMs + skewSeconds * 1_000;
}

function grantedBy(
  roles: readonly string[] | undefined,
  permissions: readonly string[] | undefined,
  roleMap: RoleMap,
): ReadonlySet<Permission> | undefined {
  if (roles === undefined && permissions === undefined) return undefined;
  const fromRoles = (roles ?? []).flatMap((name) => {
    const role = roleOf(roleMap, name);
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
