import { ApiProperty } from '@nestjs/swagger';
import { LEDGER_TOPICS } from '../../cost/ledger/dead-letter.repository';
import { DEFAULT_PAGE, PageCursor, PageLimit } from '../../platform/http/page-query.decorator';

/** Which dead letters are wanted. */
export class DeadLettersQueryDto {
  @PageLimit()
  limit: number = DEFAULT_PAGE;

  @PageCursor(/^[\w-]{1,100}$/)
  cursor?: string;
}

/** A row that the ledger refused. */
export class DeadLetterDto {
  @ApiProperty({ enum: LEDGER_TOPICS, description: 'A call to a vendor, or the end of a request.' })
  topic: string;

  @ApiProperty({ description: 'Id of the call or request.' })
  id: string;

  @ApiProperty({ type: String, nullable: true })
  organization_id: string | null;

  @ApiProperty({ example: '22003 value "3000000000" is out of range for type integer' })
  reason: string;

  @ApiProperty({ example: 1 })
  attempts: number;

  @ApiProperty({ format: 'date-time', description: 'When it was refused last.' })
  refused_at: string;
}

/** A page of dead letters, by id. */
export class DeadLetterPageDto {
  @ApiProperty({ type: [DeadLetterDto] })
  data: DeadLetterDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** What became of dead letters that were tried once more. */
export class DeadLetterRetryDto {
  @ApiProperty({ example: 1 })
  booked: number;

  @ApiProperty({ example: 0 })
  refused: number;
}
