import type { ErrorDefinition } from '../common/app-error';

/** Refusals around passwords. */
export const PASSWORD_ERRORS = {
  busy: { code: 'service_unavailable', category: 'unavailable' },
  validation: { code: 'validation_error', category: 'invalid_request' },
} as const satisfies Record<string, ErrorDefinition>;
