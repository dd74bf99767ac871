import { ApiProperty } from '@nestjs/swagger';
import { PeriodDto } from '../period.dto';

export const RECOMMENDATION_KINDS = [
  'cheaper_model',
  'cache_candidate',
  'oversized_max_tokens',
  'idle_key',
] as const;

/** Something that would save money or room. */
export class RecommendationDto {
  @ApiProperty({ enum: RECOMMENDATION_KINDS })
  kind: (typeof RECOMMENDATION_KINDS)[number];

  @ApiProperty({ example: 'Use openai/gpt-4o-mini in place of openai/gpt-4o' })
  title: string;

  @ApiProperty({
    example: 12.4,
    description: 'USD in the period; 0 where it saves risk or room in a budget only.',
  })
  saves: number;

  @ApiProperty({ example: '12400000000' })
  saves_nano_usd: string;

  @ApiProperty({
    example: 'The same tokens at the prices of both models …',
    description: 'How the amount was computed.',
  })
  basis: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  facts: Record<string, unknown>;
}

/** Answer of the recommendations. */
export class RecommendationsDto {
  @ApiProperty({ type: PeriodDto })
  period: PeriodDto;

  @ApiProperty({ type: [RecommendationDto], description: 'What saves most comes first.' })
  data: RecommendationDto[];

  @ApiProperty({ format: 'date-time' })
  generated_at: string;
}
