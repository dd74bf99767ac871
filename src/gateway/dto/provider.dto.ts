import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

/** A configured vendor. */
export class ProviderDto {
  @ApiProperty({ example: 'openai' })
  name: string;

  @ApiProperty({ type: [String], example: ['gpt-4o', 'gpt-4o-mini'] })
  models: string[];

  @ApiProperty({ enum: ['available', 'degraded', 'unavailable'] })
  status: string;

  @ApiProperty({ enum: ['closed', 'half_open', 'open'] })
  circuit: string;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    description: 'Median of recent calls; null before the first.',
  })
  latency_ms_p50: number | null;

  @ApiProperty({ type: [String] })
  regions: string[];
}

@ApiExtraModels(ProviderDto)
export class ProviderListDto {
  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(ProviderDto) } })
  providers: Record<string, ProviderDto>;
}
