import type { NanoUsd } from '../../common/money';
import type { CostConfig } from '../cost.config';
import type { Budget, BudgetFilter, BudgetScope } from './budget';
import { defaultLimits } from './budget-lines';
import type { BudgetIdentity } from './budget.repository';
import type { OrganizationBudgets } from './organization-budgets';

/** Whose limits stand above one that a user sets for themselves. */
export interface CapScopes {
  readonly organizationId: string;
  readonly projectId: string | undefined;
  readonly userId: string;
}

interface Setting {
  readonly budgets: OrganizationBudgets;
  readonly config: CostConfig;
}

/** The lowest enforced limit of the same window above a budget that a user sets for themselves; undefined when there is none. */
export function capAbove(
  identity: BudgetIdentity,
  scopes: CapScopes,
  { budgets, config }: Setting,
): NanoUsd | undefined {
  const ofUser = budgets.on({ level: 'user', id: scopes.userId });
  const set = scopesAbove(identity.scope, scopes)
    .flatMap((scope) => budgets.on(scope))
    .filter((budget) => budget.mode === 'enforce' && !isSame(budget, identity));
  const above = [...set, ...defaultLimits(scopes.userId, ofUser, config)].filter(
    (limit) => limit.window === identity.window && covers(limit, identity),
  );
  return above
    .map(({ limitNanoUsd }) => limitNanoUsd)
    .reduce<NanoUsd | undefined>(
      (least, limit) => (least === undefined || limit < least ? limit : least),
      undefined,
    );
}

function scopesAbove(
  scope: BudgetScope,
  { organizationId, projectId, userId }: CapScopes,
): readonly BudgetScope[] {
  return [
    { level: 'organization', id: organizationId },
    ...(projectId === undefined ? [] : [{ level: 'project', id: projectId } as const]),
    { level: 'user', id: userId },
    ...(scope.level === 'api_key' ? [scope] : []),
  ];
}

/** What a user set on the same scope before is no cap: they may raise it again. */
function isSame(budget: Budget, { scope, setBy }: BudgetIdentity): boolean {
  return budget.setBy === setBy && budget.scope.level === scope.level && budget.scope.id === scope.id;
}

/** True when every call the inner filter counts is counted by the outer one. */
function covers(outer: BudgetFilter, inner: BudgetFilter): boolean {
  return (
    (outer.provider === null || outer.provider === inner.provider) &&
    (outer.model === null || outer.model === inner.model)
  );
}
