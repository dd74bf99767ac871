import { AppError, type ErrorDefinition } from '../../common/app-error';

const STORE_UNAVAILABLE: ErrorDefinition = { code: 'store_unavailable', category: 'unavailable' };

/** Redis did not answer, not in time, or refused to work; trying again in a second makes sense. */
export function storeUnavailable(operation: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : 'unknown reason';
  return new AppError(STORE_UNAVAILABLE, {
    public: 'A shared store is not available at the moment. Please try again.',
    internal: `${operation}: ${reason}`,
    cause,
    retryAfterSeconds: 1,
  });
}
