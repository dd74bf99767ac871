import type { ErrorDefinition } from '../common/app-error';

/** Failures of choosing a model. */
export const ROUTING_ERRORS = {
  unknownRoutingStrategy: { code: 'unknown_routing_strategy', category: 'invalid_request' },
  modelNotFound: { code: 'model_not_found', category: 'not_found' },
  unsupportedParameter: { code: 'unsupported_parameter', category: 'invalid_request' },
  contextLengthExceeded: { code: 'context_length_exceeded', category: 'invalid_request' },
  policyViolation: { code: 'policy_violation', category: 'policy' },
  insufficientBudget: { code: 'insufficient_budget', category: 'budget' },
  unpricedModel: { code: 'unpriced_model', category: 'budget' },
  invalidRouterArtefact: { code: 'invalid_router_artefact', category: 'invalid_request' },
  noProviderAvailable: { code: 'no_provider_available', category: 'unavailable' },
} as const satisfies Record<string, ErrorDefinition>;
