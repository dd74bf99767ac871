import { displayUsd, toUsdNumber, type NanoUsd } from '../../../common/money';
import type { BudgetReport } from '../../../cost/budgets/budget-reports';
import type { BudgetAlertDto, BudgetDto, BudgetListDto, BudgetStatus } from './budget.dto';

const HUNDREDTHS_OF_PER_CENT = 10_000n;

/** The form in which a budget leaves the service. */
export function toBudgetDto(report: BudgetReport): BudgetDto {
  const { budget, dates, spentNanoUsd, heldNanoUsd } = report;
  const left = budget.limitNanoUsd - spentNanoUsd - heldNanoUsd;
  const remaining = left > 0n ? left : 0n;
  const usage = usagePercentage(spentNanoUsd, budget.limitNanoUsd);
  return {
    id: budget.id,
    scope: budget.scope,
    budget_type: budget.window,
    budget_limit: toUsdNumber(budget.limitNanoUsd),
    budget_limit_nano_usd: budget.limitNanoUsd.toString(),
    mode: budget.mode,
    provider: budget.provider,
    model: budget.model,
    alert_thresholds: budget.alertThresholds,
    set_by: budget.setBy,
    current_usage: toUsdNumber(spentNanoUsd),
    current_usage_nano_usd: spentNanoUsd.toString(),
    held: toUsdNumber(heldNanoUsd),
    held_nano_usd: heldNanoUsd.toString(),
    usage_percentage: usage,
    remaining_budget: toUsdNumber(remaining),
    remaining_budget_nano_usd: remaining.toString(),
    status: statusOf(report, usage),
    alerts: alertsOf(report, usage),
    period_start: new Date(dates.startsAtMs).toISOString(),
    period_end: new Date(dates.endsAtMs).toISOString(),
    created_at: budget.createdAt?.toISOString() ?? null,
    updated_at: budget.updatedAt?.toISOString() ?? null,
  };
}

/** A list of budgets with its totals. */
export function toBudgetListDto(reports: readonly BudgetReport[]): BudgetListDto {
  const budgets = reports.map(toBudgetDto);
  const count = (status: BudgetStatus): number => budgets.filter((budget) => budget.status === status).length;
  return {
    message: budgets.length === 1 ? '1 budget' : `${budgets.length} budgets`,
    budgets,
    recent_alerts: budgets.flatMap(({ alerts }) => alerts).sort((a, b) => b.threshold - a.threshold),
    total_budgets: budgets.length,
    exceeded_budgets: count('exceeded'),
    warning_budgets: count('warning'),
  };
}

/** With two decimals. A limit of zero is used up from the beginning. */
function usagePercentage(spent: NanoUsd, limit: NanoUsd): number {
  if (limit === 0n) return 100;
  return Number((spent * HUNDREDTHS_OF_PER_CENT) / limit) / 100;
}

function statusOf({ budget }: BudgetReport, usage: number): BudgetStatus {
  if (usage >= 100) return 'exceeded';
  return budget.alertThresholds.some((threshold) => usage >= threshold) ? 'warning' : 'normal';
}

function alertsOf({ budget }: BudgetReport, usage: number): readonly BudgetAlertDto[] {
  const message = `The ${budget.window} budget of $${displayUsd(budget.limitNanoUsd)} is used to ${usage} %.`;
  return budget.alertThresholds
    .filter((threshold) => usage >= threshold)
    .map((threshold) => ({
      budget_id: budget.id,
      type: threshold >= 100 ? ('critical' as const) : ('warning' as const),
      threshold,
      message,
    }));
}
