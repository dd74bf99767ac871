import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

/** What the last request for the vendor's list of models found; made only while something is wrong with it. */
export class ProviderProbeDto {
  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty({ enum: ['up', 'down', 'refused', 'unknown'] })
  outcome: string;

  @ApiProperty()
  latency_ms: number;
}

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

  @ApiPropertyOptional({ type: ProviderProbeDto, nullable: true, description: 'Null before the first.' })
  last_probe: ProviderProbeDto | null;
}

@ApiExtraModels(ProviderDto)
export class ProviderListDto {
  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(ProviderDto) } })
  providers: Record<string, ProviderDto>;
}
