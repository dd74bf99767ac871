import type { Caller } from '../access/caller';
import { AppError } from '../common/app-error';
import { TENANCY_ERRORS } from './tenancy.errors';

/** Form of every id of ours; other texts name nothing, and some the database would not take. */
const ID = /^[a-z]{3}_[a-z0-9_]{1,60}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}

/** A caller manages the own organization; a system administrator all. Others do not exist for them. */
export function requireOrganizationScope(caller: Caller, organizationId: string): void {
  const sees = caller.organizationId === organizationId || caller.permissions.has('system:admin');
  if (!sees || !isId(organizationId)) throw notFound('organization');
}

export function notFound(what: string, param?: string): AppError {
  return new AppError(TENANCY_ERRORS.notFound, { public: `There is no such ${what}.`, param });
}
