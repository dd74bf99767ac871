import { AppError, type ErrorDefinition } from '../common/app-error';

const AMOUNT_OUT_OF_RANGE: ErrorDefinition = { code: 'validation_error', category: 'invalid_request' };

/** An amount or limit that the counters cannot hold exactly. */
export function amountOutOfRange(what: string): AppError {
  return new AppError(AMOUNT_OUT_OF_RANGE, { public: `${what} must be between 0 and 9,000,000 USD.` });
}
