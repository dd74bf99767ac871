import { ApiProperty } from '@nestjs/swagger';
import {
  BUDGET_LEVELS,
  BUDGET_MODES,
  BUDGET_SOURCES,
  type BudgetLevel,
  type BudgetMode,
  type BudgetSource,
} from '../../../cost/budgets/budget';
import { BUDGET_WINDOWS, type BudgetWindow } from '../../../cost/budgets/calendar-window';

export const BUDGET_STATUSES = ['normal', 'warning', 'exceeded'] as const;
export type BudgetStatus = (typeof BUDGET_STATUSES)[number];

/** What a budget is set on. */
export class ShownScopeDto {
  @ApiProperty({ enum: BUDGET_LEVELS, example: 'user' })
  level: BudgetLevel;

  @ApiProperty({ example: 'usr_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  id: string;
}

/** A threshold that is reached in the current window. */
export class BudgetAlertDto {
  @ApiProperty({ example: 'bdg_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  budget_id: string;

  @ApiProperty({ enum: ['warning', 'critical'], description: 'critical: the limit itself is reached.' })
  type: 'warning' | 'critical';

  @ApiProperty({ example: 80, description: 'Per cent of the limit.' })
  threshold: number;

  @ApiProperty({ example: 'The daily user budget of $10.00 is used to 81.5 %.' })
  message: string;
}

/** A budget and how much of it is used in the current window. */
export class BudgetDto {
  @ApiProperty({ example: 'bdg_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  id: string;

  @ApiProperty({ type: ShownScopeDto })
  scope: ShownScopeDto;

  @ApiProperty({ enum: BUDGET_WINDOWS, example: 'daily' })
  budget_type: BudgetWindow;

  @ApiProperty({ example: 10, description: 'USD.' })
  budget_limit: number;

  @ApiProperty({ example: '10000000000' })
  budget_limit_nano_usd: string;

  @ApiProperty({ enum: BUDGET_MODES })
  mode: BudgetMode;

  @ApiProperty({ type: String, nullable: true, example: null })
  provider: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  model: string | null;

  @ApiProperty({ type: [Number], example: [50, 80, 95, 100] })
  alert_thresholds: readonly number[];

  @ApiProperty({
    enum: BUDGET_SOURCES,
    description:
      'self: set by the user below what others have set for them; key: made with the API key, changed there; default: the configured one of every user, replaced by setting another.',
  })
  set_by: BudgetSource;

  @ApiProperty({ example: 2.5, description: 'USD spent in the current window.' })
  current_usage: number;

  @ApiProperty({ example: '2500000000' })
  current_usage_nano_usd: string;

  @ApiProperty({ example: 0.04, description: 'USD reserved for running requests.' })
  held: number;

  @ApiProperty({ example: '40000000' })
  held_nano_usd: string;

  @ApiProperty({ example: 25, description: 'Spent, in per cent of the limit.' })
  usage_percentage: number;

  @ApiProperty({ example: 7.46, description: 'USD neither spent nor reserved; never below 0.' })
  remaining_budget: number;

  @ApiProperty({ example: '7460000000' })
  remaining_budget_nano_usd: string;

  @ApiProperty({
    enum: BUDGET_STATUSES,
    description: 'warning: a threshold is reached; exceeded: the limit is.',
  })
  status: BudgetStatus;

  @ApiProperty({ type: [BudgetAlertDto] })
  alerts: readonly BudgetAlertDto[];

  @ApiProperty({ format: 'date-time' })
  period_start: string;

  @ApiProperty({ format: 'date-time', description: 'When the next window begins.' })
  period_end: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null for defaults.' })
  created_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  updated_at: string | null;
}

/** Answer of `GET /v1/analytics/budgets`. */
export class BudgetListDto {
  @ApiProperty({ example: '2 budgets' })
  message: string;

  @ApiProperty({ type: [BudgetDto] })
  budgets: readonly BudgetDto[];

  @ApiProperty({
    type: [BudgetAlertDto],
    description: 'Thresholds reached in current windows, highest first.',
  })
  recent_alerts: readonly BudgetAlertDto[];

  @ApiProperty({ example: 2 })
  total_budgets: number;

  @ApiProperty({ example: 0 })
  exceeded_budgets: number;

  @ApiProperty({ example: 1 })
  warning_budgets: number;
}

/** Answer to a change. */
export class BudgetAnswerDto {
  @ApiProperty({ example: 'Budget set' })
  message: string;

  @ApiProperty({ type: BudgetDto })
  budget: BudgetDto;
}
