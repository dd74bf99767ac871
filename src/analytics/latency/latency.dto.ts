import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { PeriodDto } from '../period.dto';

/** Latencies of a group of successful calls, in milliseconds. */
export class LatencyFiguresDto {
  @ApiProperty({ example: 1_200 })
  calls: number;

  @ApiProperty({ example: 811.2 })
  mean: number;

  @ApiProperty({ example: 640.5 })
  p50: number;

  @ApiProperty({ example: 2_110.4 })
  p95: number;

  @ApiProperty({ example: 3_908.1 })
  p99: number;
}

const BY_NAME = { type: 'object', additionalProperties: { $ref: getSchemaPath(LatencyFiguresDto) } } as const;

/** One kind of latency by everything it can be seen by. */
@ApiExtraModels(LatencyFiguresDto)
export class LatencyMeasureDto {
  @ApiProperty({ type: LatencyFiguresDto })
  overall: LatencyFiguresDto;

  @ApiProperty(BY_NAME)
  by_provider: Record<string, LatencyFiguresDto>;

  @ApiProperty(BY_NAME)
  by_model: Record<string, LatencyFiguresDto>;

  @ApiProperty({ ...BY_NAME, description: 'Where the provider answers from.' })
  by_provider_region: Record<string, LatencyFiguresDto>;

  @ApiProperty({ ...BY_NAME, description: 'Where the client is, as a proxy says; `unknown` without one.' })
  by_caller_region: Record<string, LatencyFiguresDto>;
}

/** Answer of the latency analytics. */
export class LatencyDto {
  @ApiProperty({ type: PeriodDto })
  period: PeriodDto;

  @ApiProperty({ example: 0.05, description: 'A percentile is at most this share away from the exact one.' })
  relative_error: number;

  @ApiProperty({ type: LatencyMeasureDto, description: 'Until the last byte of the vendor.' })
  total: LatencyMeasureDto;

  @ApiProperty({ type: LatencyMeasureDto, description: 'Until the first content of a stream.' })
  first_token: LatencyMeasureDto;

  @ApiProperty({ format: 'date-time' })
  generated_at: string;
}
