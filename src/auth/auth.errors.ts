import type { ErrorDefinition } from '../common/app-error';

/** Refusals of authentication, permission checks and key management. */
export const AUTH_ERRORS = {
  missingApiKey: { code: 'missing_api_key', category: 'authentication' },
  invalidApiKey: { code: 'invalid_api_key', category: 'authentication' },
  invalidToken: { code: 'invalid_token', category: 'authentication' },
  expiredToken: { code: 'expired_token', category: 'authentication' },
  invalidCredentials: { code: 'invalid_credentials', category: 'authentication' },
  wrongPassword: { code: 'wrong_password', category: 'invalid_request' },
  tooManyAttempts: { code: 'too_many_attempts', category: 'rate_limit' },
  ssoFailed: { code: 'sso_failed', category: 'authentication' },
  ssoDenied: { code: 'sso_denied', category: 'permission' },
  csrf: { code: 'csrf_token_missing', category: 'permission' },
  crossSite: { code: 'cross_site_request', category: 'permission' },
  noSession: { code: 'no_session', category: 'conflict' },
  suspended: { code: 'account_suspended', category: 'permission' },
  addressDenied: { code: 'address_not_allowed', category: 'permission' },
  missingPermission: { code: 'missing_permission', category: 'permission' },
  storeUnavailable: { code: 'store_unavailable', category: 'unavailable' },
  validation: { code: 'validation_error', category: 'invalid_request' },
  notFound: { code: 'not_found', category: 'not_found' },
  notActive: { code: 'not_active', category: 'conflict' },
  planLimit: { code: 'plan_limit_reached', category: 'conflict' },
  staticKey: { code: 'static_key', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
