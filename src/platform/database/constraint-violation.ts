import { QueryFailedError } from 'typeorm';

const UNIQUE = ['23505'];
/** The second one is what ON DELETE RESTRICT answers. */
const FOREIGN_KEY = ['23503', '23001'];

/** True when a row with the same key is there already; with a name, only for that constraint. */
export function isUniqueViolation(thrown: unknown, constraint?: string): boolean {
  return isViolation(thrown, UNIQUE, constraint);
}

/** True when a row is still referred to, or refers to one that is not there. */
export function isForeignKeyViolation(thrown: unknown, constraint?: string): boolean {
  return isViolation(thrown, FOREIGN_KEY, constraint);
}

function isViolation(thrown: unknown, codes: readonly unknown[], constraint: string | undefined): boolean {
  if (!(thrown instanceof QueryFailedError)) return false;
  const error: unknown = thrown.driverError;
  if (!(error instanceof Error) || !codes.includes(Reflect.get(error, 'code'))) return false;
  return constraint === undefined || Reflect.get(error, 'constraint') === constraint;
}
