import type { Caller } from '../../access/caller';
import { AppError } from '../../common/app-error';
import { AUDIT_ERRORS } from '../audit.errors';

/** Whose trail is meant. Only system administrators may look into another one; for others it does not exist. */
export function trailOf(caller: Caller, organizationId: string | undefined): string {
  if (organizationId === undefined || organizationId === caller.organizationId) return caller.organizationId;
  if (caller.permissions.has('system:admin')) return organizationId;
  throw new AppError(AUDIT_ERRORS.notFound, {
    public: 'There is no such organization.',
    param: 'organization_id',
  });
}

const CURSOR = /^\d{1,18}$/;

/** The position of the last row of a page as the opaque `next_cursor`. */
export function encodeSequence(sequence: string): string {
  return Buffer.from(sequence).toString('base64url');
}

/** Undefined when there is no cursor; throws for one that is not ours. */
export function decodeSequence(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (CURSOR.test(text)) return text;
  throw new AppError(AUDIT_ERRORS.validation, {
    public: "The value of 'cursor' is not one of ours.",
    param: 'cursor',
  });
}
