import type { ErrorDefinition } from '../common/app-error';

/** Refusals of the management of prices. */
export const CATALOG_ERRORS = {
  notFound: { code: 'not_found', category: 'not_found' },
  validation: { code: 'validation_error', category: 'invalid_request' },
  decided: { code: 'already_decided', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
