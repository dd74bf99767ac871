import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { BudgetWindow } from '../../../cost/budgets/calendar-window';
import { BudgetField, WINDOW_DOCUMENTATION } from './budget-fields';

/** Query of `GET /v1/analytics/budgets`. */
export class ListBudgetsDto {
  @ApiPropertyOptional(WINDOW_DOCUMENTATION)
  @IsOptional()
  @BudgetField.window()
  budget_type?: BudgetWindow;
}
