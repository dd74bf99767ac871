import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { BUDGET_MODES, DEFAULT_ALERT_THRESHOLDS } from '../../../cost/budgets/budget';
import { BUDGET_WINDOWS } from '../../../cost/budgets/calendar-window';
import { IsUsdAmount } from '../../../platform/http/is-usd-amount';

/** Form of the ids budgets are set on. */
export const SCOPE_ID = /^[\w-]{1,100}$/;

const MAX_THRESHOLDS = 10;
const MAX_THRESHOLD = 1_000;
const PROVIDER = /^[a-z0-9][a-z0-9_-]{0,62}$/i;
const MODEL = /^[^\s\p{Cc}]{1,200}$/u;

/** Validation and documentation of the fields that making and changing a budget share. */
export const BudgetField = {
  window: (): PropertyDecorator =>
    IsIn(BUDGET_WINDOWS, { message: `budget_type must be one of ${BUDGET_WINDOWS.join(', ')}` }),
  limit: (): PropertyDecorator => IsUsdAmount(),
  provider: (): PropertyDecorator =>
    applyDecorators(
      ApiPropertyOptional({
        type: String,
        example: 'openai',
        description: 'Only calls to this provider count.',
      }),
      IsOptional(),
      IsString(),
      Matches(PROVIDER, { message: 'provider is not the form of a provider name' }),
    ),
  model: (): PropertyDecorator =>
    applyDecorators(
      ApiPropertyOptional({
        type: String,
        example: 'gpt-4o-mini',
        description: 'Only calls to this model count.',
      }),
      IsOptional(),
      IsString(),
      Matches(MODEL, { message: 'model is not the form of a model id' }),
    ),
  alertThresholds: (): PropertyDecorator =>
    applyDecorators(
      ApiPropertyOptional({
        type: [Number],
        example: [50, 80, 95, 100],
        description: `Per cent of the limit at which alerts are due; ${DEFAULT_ALERT_THRESHOLDS.join(', ')} by default.`,
      }),
      IsOptional(),
      IsArray(),
      ArrayMaxSize(MAX_THRESHOLDS),
      ArrayUnique(),
      IsNumber({ allowInfinity: false, allowNaN: false }, { each: true }),
      Min(1, { each: true }),
      Max(MAX_THRESHOLD, { each: true }),
    ),
  mode: (): PropertyDecorator =>
    applyDecorators(
      ApiPropertyOptional({
        enum: BUDGET_MODES,
        default: 'enforce',
        description: '`warn` counts and alerts but never refuses.',
      }),
      IsOptional(),
      IsIn(BUDGET_MODES),
    ),
} as const;

export const WINDOW_DOCUMENTATION = {
  enum: BUDGET_WINDOWS,
  example: 'daily',
  description: 'Calendar windows in the time zone of the organization; weeks begin on Monday.',
};

export const LIMIT_DOCUMENTATION = {
  oneOf: [{ type: 'number' }, { type: 'string' }],
  example: 25,
  description: 'USD from 0 to 9,000,000, as a number or a decimal string.',
};
