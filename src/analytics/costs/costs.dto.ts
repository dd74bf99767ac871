import { ApiProperty, getSchemaPath, ApiExtraModels } from '@nestjs/swagger';
import { PeriodDto } from '../period.dto';
import { CostGroupDto, SavingsDto, TokenFiguresDto } from './cost-figures.dto';

const USD_BY_NAME = {
  type: 'object',
  additionalProperties: { type: 'number' },
  example: { openai: 1.25 },
} as const;

/** Sums of the whole period. */
export class CostSummaryDto {
  @ApiProperty({ example: 12.5 })
  total_cost: number;

  @ApiProperty({ example: '12500000000' })
  total_cost_nano_usd: string;

  @ApiProperty({ example: 3_100 })
  total_requests: number;

  @ApiProperty({ example: 3_220 })
  total_calls: number;

  @ApiProperty({ example: 0.004 })
  avg_cost_per_request: number;

  @ApiProperty({ type: TokenFiguresDto })
  tokens: TokenFiguresDto;

  @ApiProperty({ example: 0, description: 'Requests answered from the response cache.' })
  cache_hits: number;

  @ApiProperty({ type: SavingsDto })
  savings: SavingsDto;
}

/** One day. */
export class DailyCostDto extends CostGroupDto {
  @ApiProperty({ example: '2026-11-30' })
  date: string;
}

/** Requests of one way of routing. */
export class RoutingCostDto {
  @ApiProperty()
  requests: number;

  @ApiProperty()
  cost: number;

  @ApiProperty()
  cost_nano_usd: string;

  @ApiProperty()
  avg_cost_per_request: number;
}

/** Requests that went through a cascade, and all others. */
export class RoutingComparisonDto {
  @ApiProperty({ type: RoutingCostDto })
  cascade: RoutingCostDto;

  @ApiProperty({ type: RoutingCostDto })
  single: RoutingCostDto;
}

/** Answer of the cost analytics. */
@ApiExtraModels(CostGroupDto)
export class CostsDto {
  @ApiProperty({ type: PeriodDto })
  period: PeriodDto;

  @ApiProperty({ example: 'day' })
  group_by: string;

  @ApiProperty({ type: CostSummaryDto })
  summary: CostSummaryDto;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(CostGroupDto) },
    description: 'By the name of the group; `none` for what has no such name.',
  })
  grouped_data: Record<string, CostGroupDto>;

  @ApiProperty({ example: 12.5 })
  total_cost: number;

  @ApiProperty({ example: 3_100 })
  total_requests: number;

  @ApiProperty(USD_BY_NAME)
  cost_by_provider: Record<string, number>;

  @ApiProperty(USD_BY_NAME)
  cost_by_model: Record<string, number>;

  @ApiProperty({ type: [DailyCostDto], description: 'Days without any call are left out.' })
  daily_breakdown: DailyCostDto[];

  @ApiProperty({ type: RoutingComparisonDto })
  routing_comparison: RoutingComparisonDto;

  @ApiProperty({ type: SavingsDto })
  savings: SavingsDto;

  @ApiProperty({ format: 'date-time' })
  generated_at: string;
}
