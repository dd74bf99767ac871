import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { RateLimitsDto } from '../../access/rate-limits.dto';

const MAX_COUNT = 10_000_000;

/** Limits of an organization or plan; the rates are those of all callers of the organization together. An absent field sets no limit. */
export class OrganizationLimitsDto extends RateLimitsDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 50 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_COUNT)
  max_users?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 200 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_COUNT)
  max_api_keys?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 20 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_COUNT)
  max_projects?: number;

  @ApiPropertyOptional({ type: RateLimitsDto, description: 'Of each user.' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitsDto)
  user?: RateLimitsDto;
}
