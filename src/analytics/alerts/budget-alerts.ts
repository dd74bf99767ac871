import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { newId } from '../../common/ids';
import { displayUsd } from '../../common/money';
import { DEFAULT_ALERT_THRESHOLDS } from '../../cost/budgets/budget';
import { CostConfig } from '../../cost/cost.config';
import type { AlertEvent } from '../../platform/alerts/alert-event';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { AlertDesk } from './alert-desk';
import { spendingOfBudgets, spendingOfUsers, type BudgetSpending } from './budget-spending';

const EVERY_MS = 15_000;

/**
 * Fires each threshold of each budget once per window, as soon as the roll-ups say it is reached. Budgets that keys were made
 * with and configured ones of users have the default thresholds.
 */
@Injectable()
export class BudgetAlerts implements PeriodicTask {
  readonly name = 'budget-alerts';
  readonly everyMs = EVERY_MS;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly desk: AlertDesk,
    private readonly config: CostConfig,
  ) {}

  async run(): Promise<void> {
    const spent = [
      ...(await spendingOfBudgets(this.dataSource)),
      ...(await spendingOfUsers(this.dataSource, {
        daily: this.config.dailyBudget,
        monthly: this.config.monthlyBudget,
        thresholds: DEFAULT_ALERT_THRESHOLDS,
      })),
    ];
    for (const budget of spent) {
      for (const threshold of reachedBy(budget)) await this.fire(budget, threshold);
    }
  }

  private async fire(budget: BudgetSpending, threshold: number): Promise<void> {
    const { organization_id, budget_id, label, spent_nano_usd, limit_nano_usd } = budget;
    const key = [organization_id, budget_id, label, threshold];
    const known = await this.dataSource.query<unknown[]>(
      `SELECT FROM budget_alert
       WHERE organization_id = $1 AND budget_id = $2 AND window_label = $3 AND threshold = $4`,
      key,
    );
    if (known.length > 0) return;
    // Told first, noted second: after a crash in between it is taken again and recognised as told.
    await this.desk.take([toAlert(budget, threshold)]);
    await this.dataSource.query(
      `INSERT INTO budget_alert (id, organization_id, budget_id, window_label, threshold, spent_nano_usd, limit_nano_usd)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [newId('evt'), ...key, spent_nano_usd, limit_nano_usd],
    );
  }
}

function reachedBy({ spent_nano_usd, limit_nano_usd, thresholds }: BudgetSpending): readonly number[] {
  const spent = BigInt(spent_nano_usd);
  const limit = BigInt(limit_nano_usd);
  if (limit <= 0n) return [];
  // Thresholds may have decimals: a hundred-thousandth of the limit is fine enough.
  return thresholds.filter((threshold) => spent * 100_000n >= limit * BigInt(Math.round(threshold * 1_000)));
}

function toAlert(budget: BudgetSpending, threshold: number): AlertEvent {
  const { organization_id, budget_id, level, scope_id, budget_window, label } = budget;
  const spent = BigInt(budget.spent_nano_usd);
  const limit = BigInt(budget.limit_nano_usd);
  return {
    id: newId('evt'),
    organizationId: organization_id,
    kind: 'budget_threshold',
    severity: threshold >= 100 ? 'critical' : threshold >= 80 ? 'warning' : 'info',
    dedupeKey: `budget/${budget_id}/${label}/${threshold}`,
    summary: `The ${budget_window} budget of ${level} ${scope_id} has reached ${threshold} %: $${displayUsd(spent)} of $${displayUsd(limit)}`,
    facts: {
      budget_id,
      level,
      scope_id,
      window: budget_window,
      window_label: label,
      threshold,
      spent_nano_usd: budget.spent_nano_usd,
      limit_nano_usd: budget.limit_nano_usd,
    },
    at: new Date().toISOString(),
  };
}
