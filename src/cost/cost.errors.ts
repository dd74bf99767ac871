import type { ErrorDefinition } from '../common/app-error';

/** Error codes of the cost module (contract §4). */
export const COST_ERRORS = {
  insufficientBudget: { code: 'insufficient_budget', category: 'budget' },
  unpricedModel: { code: 'unpriced_model', category: 'budget' },
  tokenLimit: { code: 'tokens_rate_limit_exceeded', category: 'rate_limit' },
  countersLoading: { code: 'store_unavailable', category: 'unavailable' },
} as const satisfies Record<string, ErrorDefinition>;
