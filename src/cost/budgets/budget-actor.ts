import type { Caller } from '../../access/caller';
import type { BudgetScope } from './budget';

/** Who asks, and which keys are theirs. */
export interface BudgetActor {
  readonly caller: Caller;
  readonly ownKeyIds: ReadonlySet<string>;
}

/** May set any budget of the organization. */
export function isAdministrator({ permissions }: Caller): boolean {
  return permissions.has('budgets:write');
}

/** May see all budgets of the organization. */
export function seesAll(caller: Caller): boolean {
  return isAdministrator(caller) || caller.permissions.has('analytics:read');
}

/** The actor themselves, or one of their keys. */
export function isOwn({ level, id }: BudgetScope, { caller, ownKeyIds }: BudgetActor): boolean {
  return (level === 'user' && id === caller.userId) || (level === 'api_key' && ownKeyIds.has(id));
}

/** True when a budget on this scope bounds the actor. */
export function concerns(scope: BudgetScope, actor: BudgetActor): boolean {
  if (scope.level === 'organization') return true;
  if (scope.level === 'project') return scope.id === actor.caller.projectId;
  return isOwn(scope, actor);
}
