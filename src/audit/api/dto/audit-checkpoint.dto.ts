import { ApiProperty } from '@nestjs/swagger';

/** A signed statement about how far a trail had got. */
export class AuditCheckpointDto {
  @ApiProperty()
  organization_id: string;

  @ApiProperty({ description: 'Number of the last event covered.' })
  sequence: string;

  @ApiProperty({ description: 'Hash of that event.' })
  hash: string;

  @ApiProperty({
    description: 'Number of the first event; more than 1 once retention has removed older ones.',
  })
  first_sequence: string;

  @ApiProperty()
  first_previous_hash: string;

  @ApiProperty()
  created_at: string;

  @ApiProperty({ example: 'ak_0123456789abcdef0123456789abcdef' })
  key_id: string;

  @ApiProperty({ description: 'Ed25519, base64url.' })
  public_key: string;

  @ApiProperty({ description: 'Ed25519 over the canonical form (docs/audit.md), base64url.' })
  signature: string;
}

export class AuditCheckpointPageDto {
  @ApiProperty({ type: [AuditCheckpointDto] })
  data: AuditCheckpointDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}
