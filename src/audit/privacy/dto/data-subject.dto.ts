import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const MAX_ID_LENGTH = 200;
const PRINTABLE = /^\P{Cc}*$/u;

/** Whose data. */
export class DataSubjectDto {
  @ApiProperty({ example: 'usr_01k9z0000000000000000000000' })
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  user_id: string;

  @ApiPropertyOptional({ description: 'Another organization than the own one; system administrators only.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE)
  organization_id?: string;
}

/** What became of a person. */
export class ErasureReportDto {
  @ApiProperty({
    description: 'What stands in place of the user from now on.',
    example: 'sub_0123456789abcdef0123456789abcdef',
  })
  pseudonym: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description:
      'Rows by table that were deleted or now name the pseudonym; of `audit_event`, those that lost the address.',
  })
  erased: Record<string, number>;

  @ApiProperty({ description: 'False when the user still belongs to another organization.' })
  account_deleted: boolean;
}
