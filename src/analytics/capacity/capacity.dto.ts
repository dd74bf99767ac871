import { ApiProperty } from '@nestjs/swagger';
import { PeriodDto } from '../period.dto';

/** The busiest hour. */
export class PeakDto {
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  hour: string | null;

  @ApiProperty({ example: 42.5 })
  requests_per_minute: number;
}

/** How use develops. */
export class TrendDto {
  @ApiProperty({ example: 310 })
  requests_per_day: number;

  @ApiProperty({ example: 4.2, description: 'Change per day, by least squares.' })
  change_per_day: number;

  @ApiProperty({ example: 0.09, description: 'Share of the mean by which a week exceeds the one before.' })
  weekly_growth: number;
}

/** A day to come. */
export class ExpectedDayDto {
  @ApiProperty({ example: '2026-12-01' })
  date: string;

  @ApiProperty({ example: 340 })
  requests: number;

  @ApiProperty({ example: 1.4, description: 'USD, at the cost per request of the period.' })
  cost: number;
}

/** What the expected peak needs. */
export class ScalingDto {
  @ApiProperty({ example: 51, description: 'The busiest hour, grown by four weeks of the trend.' })
  expected_peak_requests_per_minute: number;

  @ApiProperty({ example: 10_000, description: 'CAPACITY_REQUESTS_PER_MINUTE' })
  replica_requests_per_minute: number;

  @ApiProperty({
    example: 2,
    description: 'Replicas for twice the expected peak, and at least two to survive one.',
  })
  replicas: number;

  @ApiProperty({ type: [String] })
  advice: string[];
}

/** Answer of the capacity analytics. */
export class CapacityDto {
  @ApiProperty({ type: PeriodDto })
  period: PeriodDto;

  @ApiProperty({ type: TrendDto })
  trend: TrendDto;

  @ApiProperty({ type: PeakDto })
  peak: PeakDto;

  @ApiProperty({ type: [ExpectedDayDto], description: 'The next 30 days.' })
  forecast: ExpectedDayDto[];

  @ApiProperty({ type: ScalingDto })
  scaling: ScalingDto;

  @ApiProperty({ format: 'date-time' })
  generated_at: string;
}
