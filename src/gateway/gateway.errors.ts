import type { ErrorDefinition } from '../common/app-error';

/** Error codes of the gateway module (contract §4). */
export const GATEWAY_ERRORS = {
  validation: { code: 'validation_error', category: 'invalid_request' },
  modelNotFound: { code: 'model_not_found', category: 'not_found' },
  notFound: { code: 'not_found', category: 'not_found' },
  noProvider: { code: 'no_provider_available', category: 'unavailable' },
  rateLimit: { code: 'rate_limit_exceeded', category: 'rate_limit' },
  policyViolation: { code: 'policy_violation', category: 'policy' },
} as const satisfies Record<string, ErrorDefinition>;
