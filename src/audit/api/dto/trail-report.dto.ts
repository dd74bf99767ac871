import { ApiProperty } from '@nestjs/swagger';
import type { TrailProblemKind } from '../../verify/trail-report';

const KINDS: readonly TrailProblemKind[] = [
  'edited',
  'moved',
  'deleted',
  'truncated',
  'replaced',
  'rewritten',
  'inserted',
  'subject',
  'chain',
];

export class TrailProblemDto {
  @ApiProperty({ enum: KINDS })
  kind: TrailProblemKind;

  @ApiProperty({ type: String, nullable: true, description: 'Number of the first bad event.' })
  sequence: string | null;

  @ApiProperty({ type: String, nullable: true })
  event_id: string | null;

  @ApiProperty()
  explanation: string;
}

/** The result of checking a trail. */
export class TrailReportDto {
  @ApiProperty()
  organization_id: string;

  @ApiProperty()
  intact: boolean;

  @ApiProperty({ type: TrailProblemDto, nullable: true })
  problem: TrailProblemDto | null;

  @ApiProperty({ description: 'Events checked; all of them when the trail is intact.' })
  events: number;

  @ApiProperty()
  first_sequence: string;

  @ApiProperty()
  last_sequence: string;

  @ApiProperty({ description: 'Signed checkpoints of the database that were used as evidence.' })
  checkpoints: number;

  @ApiProperty({
    description:
      'Signed checkpoints kept outside the database (AUDIT_ANCHOR_FILE) that were used as evidence.',
  })
  anchors: number;

  @ApiProperty({ description: 'Checkpoints of unknown keys or with wrong signatures; they prove nothing.' })
  ignored_checkpoints: number;
}
