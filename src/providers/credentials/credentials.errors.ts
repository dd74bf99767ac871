import type { ErrorDefinition } from '../../common/app-error';

/** Refusals around the keys organizations bring along. */
export const CREDENTIAL_ERRORS = {
  notFound: { code: 'not_found', category: 'not_found' },
  exists: { code: 'already_exists', category: 'conflict' },
  unknownProvider: { code: 'unknown_provider', category: 'invalid_request' },
  noEncryption: { code: 'encryption_not_configured', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
