import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { DEFAULT_PAGE, PageLimit } from '../../../platform/http/page-query.decorator';

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
  @PageLimit(1_000)
  limit: number = DEFAULT_PAGE;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}
