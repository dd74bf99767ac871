import type { Caller } from '../../access/caller';
import type { NanoUsd } from '../../common/money';
import type { BudgetLine } from '../../quota/quota-store';
import type { CostConfig } from '../cost.config';
import type { Budget, BudgetFilter, BudgetLevel, BudgetMode, BudgetScope } from './budget';
import { counterName, currentWindow } from './budget-counter';
import { BUDGET_WINDOWS, type BudgetWindow } from './calendar-window';
import type { OrganizationBudgets } from './organization-budgets';

/** A budget of a caller in its current window, with what an error message has to say about it. */
export interface CallerBudget extends BudgetLine, BudgetFilter {
  readonly level: BudgetLevel;
  readonly window: BudgetWindow;
}

interface Limit extends BudgetFilter {
  readonly scope: BudgetScope;
  readonly window: BudgetWindow;
  readonly limitNanoUsd: NanoUsd;
  readonly mode: BudgetMode;
}

const ANY_CALL: BudgetFilter = { provider: null, model: null };

/** Every budget a request of this caller may count against at this instant, whichever model it goes to; one line per counter. */
export function budgetsOf(
  caller: Caller,
  budgets: OrganizationBudgets,
  { config, nowMs }: { readonly config: CostConfig; readonly nowMs: number },
): readonly CallerBudget[] {
  const lines = new Map<string, CallerBudget>();
  for (const limit of limitsOf(caller, budgets, config)) {
    const line = toLine(limit, caller, nowMs);
    const known = lines.get(line.counter);
    lines.set(line.counter, known ? stricter(known, line) : line);
  }
  return [...lines.values()];
}

/** Widest first, so that the widest exhausted budget is the one that is named. */
function limitsOf(caller: Caller, budgets: OrganizationBudgets, config: CostConfig): readonly Limit[] {
  const { organizationId, projectId, userId, apiKeyId } = caller;
  const ofUser = budgets.on({ level: 'user', id: userId });
  return [
    ...budgets.on({ level: 'organization', id: organizationId }),
    ...(projectId === undefined ? [] : budgets.on({ level: 'project', id: projectId })),
    ...defaultLimits(userId, ofUser, config),
    ...ofUser,
    ...(apiKeyId === undefined ? [] : budgets.on({ level: 'api_key', id: apiKeyId })),
    ...keyLimits(caller),
  ];
}

/** The configured limit of every user, unless somebody with the right to do so has set another one. */
export function defaultLimits(
  userId: string,
  ofUser: readonly Budget[],
  config: CostConfig,
): readonly Limit[] {
  const scope: BudgetScope = { level: 'user', id: userId };
  const defaults: readonly Limit[] = [
    { scope, window: 'daily', limitNanoUsd: config.dailyBudget, mode: 'enforce', ...ANY_CALL },
    { scope, window: 'monthly', limitNanoUsd: config.monthlyBudget, mode: 'enforce', ...ANY_CALL },
  ];
  if (ofUser.length === 0) return defaults;
  return defaults.filter(
    ({ window }) =>
      !ofUser.some(
        (budget) =>
          budget.window === window &&
          budget.setBy === 'administrator' &&
          budget.provider === null &&
          budget.model === null,
      ),
  );
}

/** Limits a key was made with. Other budgets apply beside them, so they can only tighten. */
function keyLimits({ apiKeyId, limits }: Caller): readonly Limit[] {
  if (apiKeyId === undefined) return [];
  const scope: BudgetScope = { level: 'api_key', id: apiKeyId };
  const amounts: Readonly<Record<BudgetWindow, NanoUsd | undefined>> = {
    daily: limits.dailyBudget,
    weekly: limits.weeklyBudget,
    monthly: limits.monthlyBudget,
    yearly: limits.yearlyBudget,
  };
  return BUDGET_WINDOWS.flatMap((window): readonly Limit[] => {
    const limitNanoUsd = amounts[window];
    return limitNanoUsd === undefined ? [] : [{ scope, window, limitNanoUsd, mode: 'enforce', ...ANY_CALL }];
  });
}

function toLine(limit: Limit, caller: Caller, nowMs: number): CallerBudget {
  const dates = currentWindow(limit.window, nowMs, caller.timeZone);
  return {
    level: limit.scope.level,
    window: limit.window,
    provider: limit.provider,
    model: limit.model,
    counter: counterName(limit, dates),
    limitNanoUsd: limit.limitNanoUsd,
    mode: limit.mode,
    windowEndsAtMs: dates.endsAtMs,
  };
}

/** Of two limits on one counter: the one that is enforced, else the lower. */
function stricter(one: CallerBudget, other: CallerBudget): CallerBudget {
  if (one.mode !== other.mode) return one.mode === 'enforce' ? one : other;
  return one.limitNanoUsd <= other.limitNanoUsd ? one : other;
}
