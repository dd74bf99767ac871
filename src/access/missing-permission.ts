import { AppError, type ErrorDefinition } from '../common/app-error';
import type { Permission } from './permissions';

const MISSING_PERMISSION: ErrorDefinition = { code: 'missing_permission', category: 'permission' };

/** The refusal that names what would have been needed. */
export function missingPermission(anyOf: readonly Permission[], param?: string): AppError {
  return new AppError(MISSING_PERMISSION, {
    public: `This needs the permission ${anyOf.join(' or ')}.`,
    param,
    details: { required: anyOf },
  });
}

/** Nobody hands out what they do not have: throws when `held` lacks one of `wanted`. */
export function requireAllHeld(
  held: ReadonlySet<Permission>,
  wanted: Iterable<Permission>,
  param?: string,
): void {
  const missing = [...wanted].filter((permission) => !held.has(permission));
  if (missing.length > 0) throw missingPermission(missing, param);
}
