import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { ErrorEnvelopeDto } from './error-envelope.dto';

const DESCRIPTIONS = {
  400: 'The request is not valid; `param` names the field.',
  401: 'Authentication is missing or wrong.',
  402: 'A budget does not cover the worst case of the request.',
  403: 'A permission is missing, or policy blocks the request (`reasons`).',
  404: 'There is no such model or object, or you may not see it.',
  413: 'The body is larger than allowed.',
  415: 'The body is not plain JSON.',
  429: 'A rate limit is reached; see `Retry-After`.',
  502: 'The vendor failed.',
  503: 'Nothing can answer right now; see `Retry-After`.',
  504: 'The vendor took too long.',
} as const;

/** Documents the failures of a route; all of them have the same form. */
export function ApiErrors(
  ...statuses: readonly (keyof typeof DESCRIPTIONS)[]
): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: DESCRIPTIONS[status], type: ErrorEnvelopeDto }),
    ),
  );
}
