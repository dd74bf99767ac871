import type { HttpException } from '@nestjs/common';
import { AppError, type ErrorDefinition } from '../../common/app-error';
import { HTTP_ERRORS } from './http.errors';

const BY_STATUS: ReadonlyMap<number, readonly [ErrorDefinition, message: string]> = new Map([
  [400, [HTTP_ERRORS.validation, 'The request is malformed']],
  [404, [HTTP_ERRORS.notFound, 'There is nothing at this address']],
  [413, [HTTP_ERRORS.payloadTooLarge, 'The body is too large']],
  [415, [HTTP_ERRORS.unsupportedMediaType, 'The body has an unsupported type']],
]);

/** What the framework itself throws (unknown route, malformed URL); undefined when that counts as our own fault. */
export function fromHttpException(error: HttpException): AppError | undefined {
  const status = error.getStatus();
  const known = BY_STATUS.get(status) ?? (status < 500 ? BY_STATUS.get(400) : undefined);
  // The framework's texts quote the URL; ours do not.
  return known && new AppError(known[0], { public: known[1], cause: error });
}
