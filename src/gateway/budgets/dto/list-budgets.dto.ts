import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { BUDGET_LEVELS, type BudgetLevel } from '../../../cost/budgets/budget';
import type { BudgetWindow } from '../../../cost/budgets/calendar-window';
import { BudgetField, SCOPE_ID, WINDOW_DOCUMENTATION } from './budget-fields';

/** Query of `GET /v1/analytics/budgets`. */
export class ListBudgetsDto {
  @ApiPropertyOptional(WINDOW_DOCUMENTATION)
  @IsOptional()
  @BudgetField.window()
  budget_type?: BudgetWindow;

  @ApiPropertyOptional({ enum: BUDGET_LEVELS, description: 'Only budgets of this level.' })
  @IsOptional()
  @IsIn(BUDGET_LEVELS)
  level?: BudgetLevel;

  @ApiPropertyOptional({
    example: 'usr_01kaf3v5w2m8x4t6y9z1b3c5d7',
    description: 'Only budgets on this organization, project, user or API key.',
  })
  @IsOptional()
  @IsString()
  @Matches(SCOPE_ID, { message: 'scope_id is not the form of an id' })
  scope_id?: string;
}
