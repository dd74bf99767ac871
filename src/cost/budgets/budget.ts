import type { NanoUsd } from '../../common/money';
import type { BudgetWindow } from './calendar-window';

export const BUDGET_LEVELS = ['organization', 'project', 'user', 'api_key'] as const;
/** Whose spending a budget bounds. */
export type BudgetLevel = (typeof BUDGET_LEVELS)[number];

export const BUDGET_MODES = ['enforce', 'warn'] as const;
/** `warn` counts and alerts but never refuses. */
export type BudgetMode = (typeof BUDGET_MODES)[number];

export const BUDGET_SOURCES = ['administrator', 'self', 'key', 'default'] as const;
/**
 * `self`: a user's own limit below what others have set for them; it can only tighten. `key`: a limit the key was made with.
 * `default`: the configured one of every user.
 */
export type BudgetSource = (typeof BUDGET_SOURCES)[number];

/** Per cent of the limit at which an alert is due, when nothing else is asked for. */
export const DEFAULT_ALERT_THRESHOLDS: readonly number[] = [50, 80, 95, 100];

/** What a budget is set on. */
export interface BudgetScope {
  readonly level: BudgetLevel;
  /** Id of the organization, project, user or API key. */
  readonly id: string;
}

/** Which calls count: those to one provider, to one model, or all (null). */
export interface BudgetFilter {
  readonly provider: string | null;
  readonly model: string | null;
}

/** What may be spent by somebody in each calendar window of a kind. */
export interface Budget extends BudgetFilter {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: BudgetScope;
  readonly window: BudgetWindow;
  readonly limitNanoUsd: NanoUsd;
  readonly mode: BudgetMode;
  readonly alertThresholds: readonly number[];
  readonly setBy: BudgetSource;
  /** Null for configured defaults; a key says when it was made, not when it was changed. */
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

/** A budget that was set through the API. */
export interface SetBudget extends Budget {
  readonly setBy: 'administrator' | 'self';
}

/** A call, as far as a filter looks at it. */
export interface BudgetTarget {
  readonly provider: string;
  readonly model: string;
}

/** True when a call counts on a budget with this filter. */
export function countsOn({ provider, model }: BudgetFilter, target: BudgetTarget): boolean {
  return isSame(provider, target.provider) && isSame(model, target.model);
}

function isSame(wanted: string | null, actual: string): boolean {
  return wanted === null || wanted === actual || wanted.toLowerCase() === actual.toLowerCase();
}
