import type { ErrorDefinition } from '../../common/app-error';

/** Failures of keeping trained routers. */
export const ROUTER_ERRORS = {
  validation: { code: 'validation_error', category: 'invalid_request' },
  notFound: { code: 'not_found', category: 'not_found' },
  exists: { code: 'router_exists', category: 'conflict' },
  active: { code: 'router_active', category: 'conflict' },
  tooMany: { code: 'too_many_routers', category: 'conflict' },
  nothingToRollBack: { code: 'nothing_to_roll_back', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
