import type { ErrorDefinition } from '../common/app-error';

/** Error codes of the analytics module (contract §4). */
export const ANALYTICS_ERRORS = {
  validation: { code: 'validation_error', category: 'invalid_request' },
  forbidden: { code: 'missing_permission', category: 'permission' },
  notFound: { code: 'not_found', category: 'not_found' },
} as const satisfies Record<string, ErrorDefinition>;
