import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { COST_DIMENSIONS } from './rollup.query';

const MAX_NAME_LENGTH = 200;
/** The database refuses some control characters, and no name has any. */
const PRINTABLE = /^\P{Cc}*$/u;

/** The period of an analytics route: whole days in the organization's time zone. */
export class PeriodQueryDto {
  @ApiPropertyOptional({ example: '2026-11-01', description: "First day, in the organization's time zone." })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  start_date?: string;

  @ApiPropertyOptional({ example: '2026-11-30', description: 'Last day, included; today when absent.' })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  end_date?: string;

  @ApiPropertyOptional({ minimum: 1, description: 'Number of days instead of one of the dates, or of both.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  days?: number;

  @ApiPropertyOptional({ description: 'Another organization than the own one; system administrators only.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  @Matches(PRINTABLE)
  organization_id?: string;
}

/** A period, narrowed to a provider or model. */
export class FilteredPeriodQueryDto extends PeriodQueryDto {
  @ApiPropertyOptional({ example: 'openai' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  @Matches(PRINTABLE)
  provider?: string;

  @ApiPropertyOptional({ example: 'gpt-4o-mini', description: 'Bare id, or `provider/model`.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  @Matches(PRINTABLE)
  model?: string;
}

/** Query of the cost analytics. */
export class CostsQueryDto extends FilteredPeriodQueryDto {
  @ApiPropertyOptional({
    enum: COST_DIMENSIONS,
    default: 'day',
    description: '`organization` is for system administrators.',
  })
  @IsOptional()
  @IsIn(COST_DIMENSIONS)
  group_by: (typeof COST_DIMENSIONS)[number] = 'day';
}

/** Query of the most expensive requests. */
export class ExpensiveQueryDto extends PeriodQueryDto {
  @ApiPropertyOptional({ default: 20, minimum: 1, maximum: 200 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 20;
}

/** Query of the export. */
export class ExportQueryDto extends FilteredPeriodQueryDto {
  @ApiPropertyOptional({ enum: ['csv'], default: 'csv' })
  @IsOptional()
  @IsIn(['csv'])
  format: string = 'csv';
}
