import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

const MAX_ID_LENGTH = 200;
/** The database refuses some control characters, and no id has any. */
const PRINTABLE = /^\P{Cc}*$/u;

/** Whose trail. */
export class AuditScopeDto {
  @ApiPropertyOptional({ description: 'Another organization than the own one; system administrators only.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  organization_id?: string;
}

/** Whose trail, and which page of it. */
export class AuditPageQueryDto extends AuditScopeDto {
  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 1000 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}
