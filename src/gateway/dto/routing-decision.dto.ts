import { ApiProperty } from '@nestjs/swagger';

const OBJECT = { type: 'object', additionalProperties: true } as const;
const NULLABLE_OBJECT = { ...OBJECT, nullable: true } as const;

/** A stored decision: packed as it was written, and in words. */
export class StoredDecisionDto {
  @ApiProperty({ example: 'dec_01k9z…' })
  id: string;

  @ApiProperty({ example: 'req_01k9z…' })
  request_id: string;

  @ApiProperty({ type: String, nullable: true })
  experiment_id: string | null;

  @ApiProperty({ type: String, nullable: true })
  variant: string | null;

  @ApiProperty({ ...OBJECT, description: 'The packed record; `docs/routing.md` explains it.' })
  record: object;

  @ApiProperty({
    ...NULLABLE_OBJECT,
    description:
      'Features, intent, candidates with their scores, rejected models with reasons, plan. Null when its catalogue is not known any more.',
  })
  decision: object | null;
}

export class ReplayedDecisionDto {
  @ApiProperty({ example: 'dec_01k9z…' })
  id: string;

  @ApiProperty({ example: 'req_01k9z…' })
  request_id: string;

  @ApiProperty({ type: String, nullable: true })
  experiment_id: string | null;

  @ApiProperty({ type: String, nullable: true })
  variant: string | null;

  @ApiProperty(OBJECT)
  record: object;

  @ApiProperty({ description: 'The replayed record equals the stored one, byte for byte.' })
  identical: boolean;

  @ApiProperty({
    enum: ['record', 'router', 'catalog', 'profile', 'engine'],
    nullable: true,
    description: 'What is not the same; anything but `record` means that it could not be replayed here.',
  })
  differs: string | null;

  @ApiProperty(NULLABLE_OBJECT)
  replayed: object | null;
}

export class RouteExplanationDto {
  @ApiProperty({ example: true })
  dry_run: boolean;

  @ApiProperty({ ...OBJECT, description: '`blocked`, `reasons` and `redactions` by type.' })
  policy: object;

  @ApiProperty({ ...NULLABLE_OBJECT, description: 'Who would be tried, in which order, at what price.' })
  plan: object | null;

  @ApiProperty({ ...NULLABLE_OBJECT, description: 'The error that would be answered when nobody can.' })
  refusal: object | null;

  @ApiProperty({ ...OBJECT, description: 'The decision in words.' })
  decision: object;

  @ApiProperty({ ...OBJECT, description: 'The decision as it would be stored.' })
  record: object;
}
