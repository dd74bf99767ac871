import { ApiProperty } from '@nestjs/swagger';
import type { AnalyticsPeriod } from './analytics-period';

/** The days an answer is about. */
export class PeriodDto {
  @ApiProperty({ example: '2026-11-01' })
  start_date: string;

  @ApiProperty({ example: '2026-11-30', description: 'Included.' })
  end_date: string;

  @ApiProperty({ example: 30 })
  days: number;

  @ApiProperty({ example: 'Europe/Berlin' })
  time_zone: string;
}

export function toPeriod({ startDate, endDate, days, timeZone }: AnalyticsPeriod): PeriodDto {
  return { start_date: startDate, end_date: endDate, days, time_zone: timeZone };
}
