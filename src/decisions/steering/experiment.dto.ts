import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { toUsdNumber } from '../../common/money';
import { Defaulted } from '../../platform/http/defaulted.decorator';
import type { VariantResult } from './experiment.repository';
import {
  INTENT_STRATEGIES,
  SPLITS,
  type IntentStrategy,
  type RoutingExperiment,
  type Split,
  type Variant,
} from './steering';

const MAX_VARIANTS = 5;
const MAX_WEIGHT = 1_000;
const PLAIN_NAME = /^[\w][\w .-]{0,63}$/;
const NAME_RULE = { message: 'name must be letters, digits, spaces, dots and dashes, at most 64' };

export class VariantDto {
  @ApiProperty({ example: 'thrifty' })
  @IsString()
  @Matches(PLAIN_NAME, NAME_RULE)
  name: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_WEIGHT, default: 1 })
  @Defaulted()
  @IsInt()
  @Min(1)
  @Max(MAX_WEIGHT)
  weight: number = 1;

  @ApiPropertyOptional({
    example: 'cascade',
    description: 'Engine or objective, as in `X-Routing-Strategy`.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  strategy?: string | null;

  @ApiPropertyOptional({
    example: 'cost_optimized',
    description: 'Objective, beside an engine in `strategy`.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  objective?: string | null;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'Instead of `INTENT_LOW_CONFIDENCE`.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  intent_low_confidence?: number | null;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'Instead of `INTENT_MIN_CONF_FOR_DIRECT`.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  intent_min_confidence_for_direct?: number | null;

  @ApiPropertyOptional({
    enum: INTENT_STRATEGIES,
    description: 'Instead of `INTENT_LLM_ENABLED`: whether a language model is asked for doubtful intents.',
  })
  @IsOptional()
  @IsIn(INTENT_STRATEGIES)
  intent_classifier?: IntentStrategy | null;
}

export class CreateExperimentDto {
  @ApiProperty({ example: 'cascade or not' })
  @IsString()
  @Matches(PLAIN_NAME, NAME_RULE)
  name: string;

  @ApiPropertyOptional({ enum: SPLITS, default: 'user', description: 'What stays on its side.' })
  @Defaulted()
  @IsIn(SPLITS)
  split_by: Split = 'user';

  @ApiProperty({ type: [VariantDto], description: 'A variant without settings is the comparison.' })
  @IsArray()
  @ArrayMinSize(2)
  @ArrayMaxSize(MAX_VARIANTS)
  @ValidateNested({ each: true })
  @Type(() => VariantDto)
  variants: VariantDto[];
}

export class ExperimentDto {
  @ApiProperty({ example: 'exp_01k9z…' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ enum: ['running', 'stopped'] })
  status: string;

  @ApiProperty({ enum: SPLITS })
  split_by: string;

  @ApiProperty({ type: [VariantDto] })
  variants: VariantDto[];

  @ApiProperty()
  started_at: string;

  @ApiProperty({ type: String, nullable: true })
  stopped_at: string | null;
}

export class ExperimentListDto {
  @ApiProperty({ type: [ExperimentDto] })
  data: ExperimentDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

export class VariantResultDto {
  @ApiProperty()
  variant: string;

  @ApiProperty()
  requests: number;

  @ApiProperty({ description: 'Requests that got an answer.' })
  answered: number;

  @ApiProperty()
  total_cost: number;

  @ApiProperty()
  total_cost_nano_usd: string;

  @ApiProperty()
  average_cost: number;

  @ApiProperty({ type: Number, nullable: true })
  average_latency_ms: number | null;

  @ApiProperty({ description: 'How many people said something.' })
  feedback: number;

  @ApiProperty({ type: Number, nullable: true })
  average_feedback: number | null;
}

export class ExperimentResultsDto {
  @ApiProperty({ type: ExperimentDto })
  experiment: ExperimentDto;

  @ApiProperty({ type: [VariantResultDto] })
  results: VariantResultDto[];
}

export function toVariant(dto: VariantDto): Variant {
  return {
    name: dto.name,
    weight: dto.weight,
    strategy: dto.strategy ?? undefined,
    objective: dto.objective ?? undefined,
    intentLowConfidence: dto.intent_low_confidence ?? undefined,
    intentMinConfidenceForDirect: dto.intent_min_confidence_for_direct ?? undefined,
    intentClassifier: dto.intent_classifier ?? undefined,
  };
}

export function toExperimentDto(experiment: RoutingExperiment): ExperimentDto {
  const { id, name, status, splitBy, variants, startedAt, stoppedAt } = experiment;
  return {
    id,
    name,
    status,
    split_by: splitBy,
    variants: variants.map(toVariantDto),
    started_at: startedAt,
    stopped_at: stoppedAt,
  };
}

export function toResultDto(result: VariantResult): VariantResultDto {
  const total = toUsdNumber(result.costNanoUsd);
  return {
    variant: result.variant,
    requests: result.requests,
    answered: result.answered,
    total_cost: total,
    total_cost_nano_usd: result.costNanoUsd.toString(),
    average_cost: result.requests === 0 ? 0 : total / result.requests,
    average_latency_ms: result.averageLatencyMs,
    feedback: result.feedback,
    average_feedback: result.averageFeedback,
  };
}

function toVariantDto(variant: Variant): VariantDto {
  return {
    name: variant.name,
    weight: variant.weight,
    strategy: variant.strategy,
    objective: variant.objective,
    intent_low_confidence: variant.intentLowConfidence,
    intent_min_confidence_for_direct: variant.intentMinConfidenceForDirect,
    intent_classifier: variant.intentClassifier,
  };
}
