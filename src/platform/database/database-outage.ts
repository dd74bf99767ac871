import { QueryFailedError } from 'typeorm';
import { AppError, type ErrorDefinition } from '../../common/app-error';

const STORE_UNAVAILABLE: ErrorDefinition = { code: 'store_unavailable', category: 'unavailable' };

/** Of the network, and of PostgreSQL: connection exceptions (08), shutting down or starting (57P), too many connections. */
const OUTAGE_CODE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08...|57P0[1-3]|53300)$/;
/** What the driver says without a code. */
const OUTAGE_MESSAGE =
  /^(Connection terminated|timeout e(xceeded|xpired)|Query read timeout|Client has encountered a connection error|Client was closed)/i;

/** The database could not be asked: a 503 instead of a fault of ours. Undefined when the error is of another kind. */
export function asDatabaseOutage(thrown: unknown): AppError | undefined {
  const error: unknown = thrown instanceof QueryFailedError ? thrown.driverError : thrown;
  // Not `instanceof Error`: errors of sockets may come from another realm than this code.
  if (typeof error !== 'object' || error === null || !isOutage(error)) return undefined;
  return new AppError(STORE_UNAVAILABLE, {
    public: 'The database is not available at the moment. Please try again.',
    internal: String(Reflect.get(error, 'message')),
    cause: thrown,
  });
}

function isOutage(error: object): boolean {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string'
    ? OUTAGE_CODE.test(code)
    : OUTAGE_MESSAGE.test(String(Reflect.get(error, 'message')));
}
