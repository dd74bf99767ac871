/** Everything a caller may be allowed to do; roles are sets of these. */
export const PERMISSIONS = [
  'chat:invoke',
  'models:read',
  'keys:manage',
  'members:manage',
  'budgets:read',
  'budgets:write',
  'analytics:read',
  'analytics:read-own',
  'policies:read',
  'policies:write',
  'routing:read',
  'routing:write',
  'audit:read',
  'providers:manage',
  'org:manage',
  'system:admin',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** True when text from outside (a token, a database row) names a permission. */
export function isPermission(value: unknown): value is Permission {
  return PERMISSIONS.some((permission) => permission === value);
}

export const ROLES = ['owner', 'developer', 'viewer', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const ORGANIZATION_PERMISSIONS = PERMISSIONS.filter((permission) => permission !== 'system:admin');

/** The built-in roles. `admin` is the system role; `org_admin` is accepted as another name of `owner`. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: ORGANIZATION_PERMISSIONS,
  developer: [
    'chat:invoke',
    'models:read',
    'keys:manage',
    'budgets:read',
    'analytics:read-own',
    'routing:read',
    'policies:read',
  ],
  viewer: ['models:read', 'budgets:read', 'analytics:read-own'],
  auditor: ['audit:read', 'analytics:read', 'policies:read', 'routing:read', 'budgets:read'],
  admin: PERMISSIONS,
};

/** Reads a role name from outside; undefined for an unknown one. */
export function parseRole(value: unknown): Role | undefined {
  return value === 'org_admin' ? 'owner' : ROLES.find((role) => role === value);
}
