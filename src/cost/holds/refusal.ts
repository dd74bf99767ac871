import { AppError } from '../../common/app-error';
import { displayUsd, toUsdNumber, type NanoUsd } from '../../common/money';
import { describeRate, rateDetails } from '../../quota/caller-rates';
import type { HoldOutcome } from '../../quota/quota-store';
import type { BudgetFilter } from '../budgets/budget';
import type { CallerBudget } from '../budgets/budget-lines';
import { COST_ERRORS } from '../cost.errors';

/** Which budget has no room, and what is spent and reserved of it. */
export type Shortage = Extract<HoldOutcome, { kind: 'over_budget' }>;

/** Why a request was not admitted. */
export interface Refusal {
  readonly error: AppError;
  /** The budget without room; undefined when money is not the reason. */
  readonly budget: CallerBudget | undefined;
  /** What it still has room for; undefined for nothing. */
  readonly availableNanoUsd: NanoUsd | undefined;
  /** Calls it counts; undefined when it counts all. */
  readonly onlyFor: BudgetFilter | undefined;
  /** Set when running requests hold what is missing. */
  readonly busy: Shortage | undefined;
}

const LEVEL_NAMES = { organization: 'organization', project: 'project', user: 'user', api_key: 'API key' };
const NOT_MONEY = { budget: undefined, availableNanoUsd: undefined, onlyFor: undefined, busy: undefined };

/** What a request that did not fit is told, and what could be done instead. */
export function toRefusal(
  outcome: Exclude<HoldOutcome, { kind: 'held' }>,
  worstCaseNanoUsd: NanoUsd,
  budgets: readonly CallerBudget[],
): Refusal {
  if (outcome.kind === 'over_tokens') return { ...NOT_MONEY, error: overTokens(outcome) };
  if (outcome.kind === 'not_loaded') return { ...NOT_MONEY, error: countersLoading(undefined) };
  const budget = budgets.find((line) => line.counter === outcome.line.counter);
  const { limitNanoUsd } = outcome.line;
  const available = limitNanoUsd - outcome.spentNanoUsd - outcome.heldNanoUsd;
  return {
    error: overBudget(outcome, worstCaseNanoUsd, budget),
    budget,
    availableNanoUsd: available > 0n ? available : undefined,
    onlyFor: budget && isFiltered(budget) ? budget : undefined,
    busy: outcome.spentNanoUsd + worstCaseNanoUsd <= limitNanoUsd ? outcome : undefined,
  };
}

/** 503 while the counters of an organization are not there. */
export function countersLoading(cause: unknown): AppError {
  return new AppError(COST_ERRORS.countersLoading, {
    public: 'The budget counters are being rebuilt. Please try again.',
    retryAfterSeconds: 1,
    cause,
  });
}

function isFiltered({ provider, model }: BudgetFilter): boolean {
  return provider !== null || model !== null;
}

function overTokens({ line, retryAfterMs }: Extract<HoldOutcome, { kind: 'over_tokens' }>): AppError {
  return new AppError(COST_ERRORS.tokenLimit, {
    public: describeRate(line, 'tokens'),
    details: rateDetails(line),
    retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
  });
}

function overBudget(outcome: Shortage, estimate: NanoUsd, budget: CallerBudget | undefined): AppError {
  const limit = outcome.line.limitNanoUsd;
  return new AppError(COST_ERRORS.insufficientBudget, {
    public: `The ${nameOf(budget)} of $${displayUsd(limit)} does not cover this request, which may cost up to $${displayUsd(estimate)}.`,
    details: {
      level: budget?.level,
      window: budget?.window,
      ...(budget?.provider != null && { provider: budget.provider }),
      ...(budget?.model != null && { model: budget.model }),
      limit: toUsdNumber(limit),
      spent: toUsdNumber(outcome.spentNanoUsd),
      held: toUsdNumber(outcome.heldNanoUsd - outcome.leasedNanoUsd),
      estimate: toUsdNumber(estimate),
      resets_at: new Date(outcome.line.windowEndsAtMs).toISOString(),
    },
  });
}

function nameOf(budget: CallerBudget | undefined): string {
  if (budget === undefined) return 'budget';
  const calls = [budget.provider, budget.model].filter((name) => name !== null).join('/');
  return `${budget.window} ${LEVEL_NAMES[budget.level]} budget${calls === '' ? '' : ` for ${calls}`}`;
}
