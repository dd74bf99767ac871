import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

/** How much of one thing was used. */
export class UsageDto {
  @ApiProperty({ example: 310 })
  requests: number;

  @ApiProperty({ example: 1.25 })
  cost: number;
}

const BY_NAME = { type: 'object', additionalProperties: { $ref: getSchemaPath(UsageDto) } } as const;

/** The caller's organization in a few figures; without `analytics:read` the caller alone. */
@ApiExtraModels(UsageDto)
export class TenantSummaryDto {
  @ApiProperty({ example: 30, description: 'The figures cover so many days, today included.' })
  period_days: number;

  @ApiProperty({ example: 3_100 })
  total_requests: number;

  @ApiProperty({ example: 12.5 })
  total_cost: number;

  @ApiProperty({ example: 12 })
  active_users: number;

  @ApiProperty(BY_NAME)
  provider_usage: Record<string, UsageDto>;

  @ApiProperty(BY_NAME)
  model_usage: Record<string, UsageDto>;

  @ApiProperty({ example: 811.2, description: 'Milliseconds a successful call took on average, within 5 %.' })
  average_response_time: number;
}

/** What the caller has used. */
export class UserStatsDto {
  @ApiProperty({ example: 'usr_01k9z…' })
  user_id: string;

  @ApiProperty({ example: 412 })
  total_requests: number;

  @ApiProperty({ example: 3.75 })
  total_cost: number;

  @ApiProperty({ example: '3750000000' })
  total_cost_nano_usd: string;

  @ApiProperty({ example: 0.12, description: 'Today, in the time zone of the organization.' })
  daily_cost: number;

  @ApiProperty({ example: 2.4, description: 'This calendar month.' })
  monthly_cost: number;

  @ApiProperty({ type: Number, nullable: true, example: 10, description: 'Null without a limit.' })
  daily_budget: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 100 })
  monthly_budget: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'gpt-4o-mini',
    description: 'Answered most requests.',
  })
  favorite_model: string | null;
}
