import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { BudgetMode } from '../../../cost/budgets/budget';
import type { BudgetWindow } from '../../../cost/budgets/calendar-window';
import { BudgetField, LIMIT_DOCUMENTATION, WINDOW_DOCUMENTATION } from './budget-fields';

/** Body of `PUT /v1/analytics/budgets/{id}`: what is left out stays as it is. */
export class UpdateBudgetDto {
  @ApiPropertyOptional(WINDOW_DOCUMENTATION)
  @IsOptional()
  @BudgetField.window()
  budget_type?: BudgetWindow;

  @ApiPropertyOptional(LIMIT_DOCUMENTATION)
  @IsOptional()
  @BudgetField.limit()
  budget_limit?: number | string;

  @BudgetField.provider()
  provider?: string | null;

  @BudgetField.model()
  model?: string | null;

  @BudgetField.alertThresholds()
  alert_thresholds?: number[];

  @BudgetField.mode()
  mode?: BudgetMode;
}
