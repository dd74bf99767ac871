import type { ErrorDefinition } from '../common/app-error';

/** Refusals of the management of organizations, projects, roles and members. */
export const TENANCY_ERRORS = {
  notFound: { code: 'not_found', category: 'not_found' },
  validation: { code: 'validation_error', category: 'invalid_request' },
  exists: { code: 'already_exists', category: 'conflict' },
  inUse: { code: 'in_use', category: 'conflict' },
  lastOwner: { code: 'last_owner', category: 'conflict' },
  ownOrganization: { code: 'own_organization', category: 'conflict' },
  configured: { code: 'configured_elsewhere', category: 'conflict' },
  planLimit: { code: 'plan_limit_reached', category: 'conflict' },
} as const satisfies Record<string, ErrorDefinition>;
