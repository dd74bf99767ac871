import { ApiProperty } from '@nestjs/swagger';

const JSON_OBJECT = { type: 'object', additionalProperties: true, nullable: true } as const;

export class AuditActorDto {
  @ApiProperty({ enum: ['user', 'api_key', 'anonymous', 'system'] })
  kind: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pseudonym of the user; stays when the user is erased.',
  })
  subject: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null for nobody, and for a user who was erased.',
  })
  user_id: string | null;

  @ApiProperty({ type: String, nullable: true })
  api_key_id: string | null;
}

export class AuditTargetDto {
  @ApiProperty({ example: 'api_key' })
  kind: string;

  @ApiProperty({ type: String, nullable: true })
  id: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'When it is a user who was not erased.' })
  user_id: string | null;
}

/** One event of the trail. */
export class AuditEventDto {
  @ApiProperty({ description: 'Position in the trail: 1, 2, 3 … without gaps.', example: '42' })
  sequence: string;

  @ApiProperty({ example: 'evt_01k9z0000000000000000000000' })
  event_id: string;

  @ApiProperty()
  occurred_at: string;

  @ApiProperty()
  recorded_at: string;

  @ApiProperty({ example: 'api_key.revoke' })
  action: string;

  @ApiProperty({ enum: ['success', 'denied', 'failure'] })
  outcome: string;

  @ApiProperty()
  actor: AuditActorDto;

  @ApiProperty({ type: AuditTargetDto, nullable: true })
  target: AuditTargetDto | null;

  @ApiProperty(JSON_OBJECT)
  before: object | null;

  @ApiProperty(JSON_OBJECT)
  after: object | null;

  @ApiProperty(JSON_OBJECT)
  details: object | null;

  @ApiProperty({ type: String, nullable: true })
  request_id: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Address of the client; null once it is erased.',
  })
  address: string | null;

  @ApiProperty()
  previous_hash: string;

  @ApiProperty()
  hash: string;
}

export class AuditEventPageDto {
  @ApiProperty({ type: [AuditEventDto] })
  data: AuditEventDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}
