import type { ErrorDefinition } from '../common/app-error';

export const TELEMETRY_ERRORS = {
  metricsToken: { code: 'invalid_api_key', category: 'authentication' },
} as const satisfies Record<string, ErrorDefinition>;
