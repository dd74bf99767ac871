import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { SavingsDto } from '../costs/cost-figures.dto';
import { PeriodDto } from '../period.dto';

/** How one way of routing, intent or model did. */
export class RoutingFiguresDto {
  @ApiProperty({ example: 310 })
  requests: number;

  @ApiProperty({ example: 0.97, description: 'Share of requests that were answered.' })
  success_rate: number;

  @ApiProperty({
    example: 1.04,
    description: 'Calls to vendors per request: above 1 by retries, failovers and steps.',
  })
  calls_per_request: number;

  @ApiProperty({ example: 1.25 })
  cost: number;

  @ApiProperty({ example: '1250000000' })
  cost_nano_usd: string;

  @ApiProperty({ example: 0.004 })
  avg_cost_per_request: number;

  @ApiProperty({ type: SavingsDto })
  savings: SavingsDto;
}

const BY_NAME = { type: 'object', additionalProperties: { $ref: getSchemaPath(RoutingFiguresDto) } } as const;

/** Answer of the routing analytics. */
@ApiExtraModels(RoutingFiguresDto)
export class RoutingAnalyticsDto {
  @ApiProperty({ type: PeriodDto })
  period: PeriodDto;

  @ApiProperty({ type: RoutingFiguresDto })
  overall: RoutingFiguresDto;

  @ApiProperty(BY_NAME)
  by_strategy: Record<string, RoutingFiguresDto>;

  @ApiProperty(BY_NAME)
  by_intent: Record<string, RoutingFiguresDto>;

  @ApiProperty({ ...BY_NAME, description: 'By the model that answered.' })
  by_model: Record<string, RoutingFiguresDto>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { success: 300, error: 10 },
  })
  requests_by_status: Record<string, number>;

  @ApiProperty({ format: 'date-time' })
  generated_at: string;
}
