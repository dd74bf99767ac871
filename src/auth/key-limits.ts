import type { CallerLimits } from '../access/caller';
import { readRateLimits, writeRateLimits } from '../access/rate-limits';
import type { NanoUsd } from '../common/money';
import type { StoredLimits } from './api-key.entity';

export const BUDGET_TYPES = ['daily', 'weekly', 'monthly', 'yearly'] as const;
export type BudgetType = (typeof BUDGET_TYPES)[number];

/** Limits of the key alone as the pipeline uses them. */
export function fromStoredLimits(stored: StoredLimits): CallerLimits {
  return {
    ...readRateLimits(stored),
    dailyBudget: toAmount(stored.daily_budget_nano_usd),
    weeklyBudget: toAmount(stored.weekly_budget_nano_usd),
    monthlyBudget: toAmount(stored.monthly_budget_nano_usd),
    yearlyBudget: toAmount(stored.yearly_budget_nano_usd),
  };
}

/** Limits as the database keeps them. */
export function toStoredLimits(limits: CallerLimits): StoredLimits {
  return {
    ...writeRateLimits(limits),
    daily_budget_nano_usd: limits.dailyBudget?.toString(),
    weekly_budget_nano_usd: limits.weeklyBudget?.toString(),
    monthly_budget_nano_usd: limits.monthlyBudget?.toString(),
    yearly_budget_nano_usd: limits.yearlyBudget?.toString(),
  };
}

/** The limits with the budget of one kind in place of what it was; undefined lifts it. */
export function withBudget(
  limits: CallerLimits,
  type: BudgetType,
  amount: NanoUsd | undefined,
): CallerLimits {
  return { ...limits, [`${type}Budget`]: amount };
}

function toAmount(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text);
}
