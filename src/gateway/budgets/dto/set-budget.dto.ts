import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { BUDGET_LEVELS, type BudgetLevel, type BudgetMode } from '../../../cost/budgets/budget';
import type { BudgetWindow } from '../../../cost/budgets/calendar-window';
import { BudgetField, LIMIT_DOCUMENTATION, SCOPE_ID, WINDOW_DOCUMENTATION } from './budget-fields';

/** What a budget is set on. */
export class BudgetScopeDto {
  @ApiProperty({ enum: BUDGET_LEVELS, example: 'project' })
  @IsIn(BUDGET_LEVELS)
  level: BudgetLevel;

  @ApiProperty({ example: 'prj_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  @IsString()
  @Matches(SCOPE_ID, { message: 'id is not the form of an id' })
  id: string;
}

/** Body of `POST /v1/analytics/budgets`. */
export class SetBudgetDto {
  @ApiProperty(WINDOW_DOCUMENTATION)
  @BudgetField.window()
  budget_type: BudgetWindow;

  @ApiProperty(LIMIT_DOCUMENTATION)
  @BudgetField.limit()
  budget_limit: number | string;

  @ApiPropertyOptional({ type: BudgetScopeDto, description: 'Absent: the caller as a user.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => BudgetScopeDto)
  scope?: BudgetScopeDto;

  @BudgetField.provider()
  provider?: string | null;

  @BudgetField.model()
  model?: string | null;

  @BudgetField.alertThresholds()
  alert_thresholds?: number[];

  @BudgetField.mode()
  mode?: BudgetMode;
}
