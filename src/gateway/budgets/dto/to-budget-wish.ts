import type { Caller } from '../../../access/caller';
import { parseUsd, type NanoUsd } from '../../../common/money';
import { DEFAULT_ALERT_THRESHOLDS } from '../../../cost/budgets/budget';
import type { BudgetChange, BudgetWish } from '../../../cost/budgets/budget-manager';
import type { SetBudgetDto } from './set-budget.dto';
import type { UpdateBudgetDto } from './update-budget.dto';

/** The validated body in the words of the service; without a scope it is about the caller. */
export function toBudgetWish(body: SetBudgetDto, caller: Caller): BudgetWish {
  return {
    scope: body.scope ?? { level: 'user', id: caller.userId },
    window: body.budget_type,
    provider: body.provider ?? null,
    model: body.model ?? null,
    limitNanoUsd: toAmount(body.budget_limit),
    mode: body.mode ?? 'enforce',
    alertThresholds: sorted(body.alert_thresholds ?? DEFAULT_ALERT_THRESHOLDS),
  };
}

/** Only what the body names. */
export function toBudgetChange(body: UpdateBudgetDto): BudgetChange {
  const {
    budget_type: window,
    budget_limit: limit,
    provider,
    model,
    mode,
    alert_thresholds: thresholds,
  } = body;
  return {
    ...(window !== undefined && { window }),
    ...(limit !== undefined && { limitNanoUsd: toAmount(limit) }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(mode !== undefined && { mode }),
    ...(thresholds !== undefined && { alertThresholds: sorted(thresholds) }),
  };
}

function sorted(thresholds: readonly number[]): readonly number[] {
  return thresholds.toSorted((a, b) => a - b);
}

function toAmount(value: number | string): NanoUsd {
  const amount = parseUsd(value);
  if (amount === undefined) throw new Error('not a validated USD amount');
  return amount;
}
