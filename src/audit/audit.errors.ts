import type { ErrorDefinition } from '../common/app-error';

/** Error codes of the audit module (contract §4). */
export const AUDIT_ERRORS = {
  validation: { code: 'validation_error', category: 'invalid_request' },
  notFound: { code: 'not_found', category: 'not_found' },
  lastOwner: { code: 'last_owner', category: 'conflict' },
  unsigned: { code: 'no_signing_key', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
