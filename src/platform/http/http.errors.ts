import type { ErrorDefinition } from '../../common/app-error';

/** Failures of the HTTP layer itself. */
export const HTTP_ERRORS = {
  validation: { code: 'validation_error', category: 'invalid_request' },
  invalidJson: { code: 'invalid_json', category: 'invalid_request' },
  requestTimeout: { code: 'request_timeout', category: 'request_timeout' },
  payloadTooLarge: { code: 'payload_too_large', category: 'payload_too_large' },
  unsupportedMediaType: { code: 'unsupported_media_type', category: 'unsupported_media_type' },
  notFound: { code: 'not_found', category: 'not_found' },
  methodNotAllowed: { code: 'method_not_allowed', category: 'method_not_allowed' },
  rateLimited: { code: 'rate_limit_exceeded', category: 'rate_limit' },
} as const satisfies Record<string, ErrorDefinition>;
