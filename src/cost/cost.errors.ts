import type { ErrorDefinition } from '../common/app-error';

/** Error codes of the cost module (contract §4). */
export const COST_ERRORS = {
  insufficientBudget: { code: 'insufficient_budget', category: 'budget' },
  unpricedModel: { code: 'unpriced_model', category: 'budget' },
  tokenLimit: { code: 'tokens_rate_limit_exceeded', category: 'rate_limit' },
  aboveCap: { code: 'budget_above_cap', category: 'permission' },
  notYours: { code: 'missing_permission', category: 'permission' },
  noSuchBudget: { code: 'not_found', category: 'not_found' },
  sameBudget: { code: 'budget_exists', category: 'conflict' },
  setElsewhere: { code: 'budget_set_elsewhere', category: 'conflict' },
  countersLoading: { code: 'store_unavailable', category: 'unavailable' },
} as const satisfies Record<string, ErrorDefinition>;
