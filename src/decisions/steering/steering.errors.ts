import type { ErrorDefinition } from '../../common/app-error';

/** Failures of aliases and experiments. */
export const STEERING_ERRORS = {
  validation: { code: 'validation_error', category: 'invalid_request' },
  notFound: { code: 'not_found', category: 'not_found' },
  nameTaken: { code: 'name_taken', category: 'conflict' },
  experimentRunning: { code: 'experiment_running', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
