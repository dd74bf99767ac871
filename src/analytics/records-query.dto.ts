import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { DEFAULT_PAGE, PageLimit } from '../platform/http/page-query.decorator';
import { toInstant } from './to-instant';

const MAX_ID_LENGTH = 200;
/** The database refuses some control characters, and no id has any. */
const PRINTABLE = /^\P{Cc}*$/u;

/** Filters of the ledger listing. */
export class RecordsQueryDto {
  @ApiPropertyOptional({
    description: 'Our id of the request (`x-modelmuxer-request-id`).',
    example: 'req_01k9z…',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  request_id?: string;

  @ApiPropertyOptional({ description: 'The `X-Request-Id` the client sent.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  client_request_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  api_key_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  user_id?: string;

  @ApiPropertyOptional({ description: 'Another organization than the own one; system administrators only.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  organization_id?: string;

  @ApiPropertyOptional({ enum: ['success', 'error', 'aborted', 'unknown'] })
  @IsOptional()
  @IsIn(['success', 'error', 'aborted', 'unknown'])
  status?: string;

  @ApiPropertyOptional({ description: 'Calls started at or after this instant (ISO 8601).' })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsDate({ message: 'from must be a date or instant such as 2026-11-30T08:00:00Z' })
  from?: Date;

  @ApiPropertyOptional({ description: 'Calls started before this instant (ISO 8601).' })
  @IsOptional()
  @Transform(({ value }) => toInstant(value))
  @IsDate({ message: 'to must be a date or instant such as 2026-11-30T08:00:00Z' })
  to?: Date;

  @PageLimit(1_000)
  limit: number = DEFAULT_PAGE;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}
