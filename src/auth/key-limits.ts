import type { CallerLimits } from '../access/caller';
import type { StoredLimits } from './api-key.entity';

/** Limits as the pipeline uses them. */
export function fromStoredLimits(stored: StoredLimits): CallerLimits {
  return {
    requestsPerMinute: stored.requests_per_minute,
    tokensPerMinute: stored.tokens_per_minute,
    dailyBudget: toAmount(stored.daily_budget_nano_usd),
    monthlyBudget: toAmount(stored.monthly_budget_nano_usd),
  };
}

/** Limits as the database keeps them. */
export function toStoredLimits(limits: CallerLimits): StoredLimits {
  return {
    requests_per_minute: limits.requestsPerMinute,
    tokens_per_minute: limits.tokensPerMinute,
    daily_budget_nano_usd: limits.dailyBudget?.toString(),
    monthly_budget_nano_usd: limits.monthlyBudget?.toString(),
  };
}

function toAmount(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text);
}
