import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, IsIn, IsOptional, IsString, Matches, MaxDate, MaxLength, MinDate } from 'class-validator';
import { AuditPageQueryDto } from './audit-scope.dto';

const MAX_LENGTH = 300;
const PRINTABLE = /^\P{Cc}*$/u;
const ISO_DATE = /^[12]\d{3}-\d\d-\d\d(?:T|$)/;
const EARLIEST = new Date('1970-01-01');
const LATEST = new Date('2999-12-31');

function toDate({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && ISO_DATE.test(value) ? new Date(value) : value;
}

/** Filters of the audit trail; every one narrows. */
export class AuditEventsQueryDto extends AuditPageQueryDto {
  @ApiPropertyOptional({
    description: 'An action such as `api_key.revoke`, or all of one subject: `api_key.*`.',
    example: 'auth.*',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  @Matches(PRINTABLE)
  action?: string;

  @ApiPropertyOptional({ enum: ['success', 'denied', 'failure'] })
  @IsOptional()
  @IsIn(['success', 'denied', 'failure'])
  outcome?: string;

  @ApiPropertyOptional({ description: 'Who acted: a user id, or the pseudonym of one (`sub_…`).' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  @Matches(PRINTABLE)
  user_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  @Matches(PRINTABLE)
  api_key_id?: string;

  @ApiPropertyOptional({ description: 'Kind of what it was done to, such as `api_key`.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  @Matches(PRINTABLE)
  target_kind?: string;

  @ApiPropertyOptional({ description: 'Id of what it was done to; of a user, the id or the pseudonym.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  @Matches(PRINTABLE)
  target_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  @Matches(PRINTABLE)
  request_id?: string;

  @ApiPropertyOptional({ type: String, description: 'Events at or after this instant (ISO 8601).' })
  @IsOptional()
  @Transform(toDate)
  @IsDate()
  @MinDate(EARLIEST)
  @MaxDate(LATEST)
  from?: Date;

  @ApiPropertyOptional({ type: String, description: 'Events before this instant (ISO 8601).' })
  @IsOptional()
  @Transform(toDate)
  @IsDate()
  @MinDate(EARLIEST)
  @MaxDate(LATEST)
  to?: Date;
}
