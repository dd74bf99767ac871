import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DEFAULT_ALERT_THRESHOLDS, type Budget } from './budget';
import type { BudgetWindow } from './calendar-window';

interface Row {
  readonly key_id: string;
  readonly budget_window: BudgetWindow;
  readonly limit_nano_usd: string;
  readonly created_at: Date;
}

/** Limits that working keys were made with, one row for each window. */
export const KEY_BUDGETS = `
  SELECT k.organization_id, k.id AS key_id, kind.budget_window, (k.limits->>kind.field)::bigint AS limit_nano_usd, k.created_at
  FROM api_key AS k CROSS JOIN (VALUES ('daily', 'daily_budget_nano_usd'), ('weekly', 'weekly_budget_nano_usd'),
    ('monthly', 'monthly_budget_nano_usd'), ('yearly', 'yearly_budget_nano_usd')) AS kind(budget_window, field)
  WHERE k.limits ?| ARRAY['daily_budget_nano_usd', 'weekly_budget_nano_usd', 'monthly_budget_nano_usd', 'yearly_budget_nano_usd']
    AND k.limits->>kind.field IS NOT NULL
    AND (k.revoked_at IS NULL OR k.revoked_at > now()) AND (k.expires_at IS NULL OR k.expires_at > now())`;

/** Finds the budgets that API keys were made with. They are kept with the keys and changed with them. */
@Injectable()
export class KeyBudgetsQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async list(organizationId: string): Promise<readonly Budget[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT * FROM (${KEY_BUDGETS}) AS budget WHERE organization_id = $1 ORDER BY key_id, budget_window`,
      [organizationId],
    );
    return rows.map((row) => ({
      id: `key/${row.key_id}/${row.budget_window}`,
      organizationId,
      scope: { level: 'api_key', id: row.key_id },
      window: row.budget_window,
      provider: null,
      model: null,
      limitNanoUsd: BigInt(row.limit_nano_usd),
      mode: 'enforce',
      alertThresholds: DEFAULT_ALERT_THRESHOLDS,
      setBy: 'key',
      createdAt: row.created_at,
      updatedAt: null,
    }));
  }
}
