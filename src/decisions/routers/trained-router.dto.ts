import { ApiProperty } from '@nestjs/swagger';
import { IsObject, Matches } from 'class-validator';
import type { ShownRouter } from './trained-routers.service';

export class UploadRouterDto {
  @ApiProperty({ example: 'support tickets, November' })
  @Matches(/^[\w][\w .,-]{0,63}$/, {
    message: 'name must be letters, digits, spaces, dots, commas and dashes, at most 64',
  })
  name: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What `npm run train:router -- --data rows.jsonl --out router.json` wrote.',
    example: { format: 1, vector: 1, fingerprint: '5b1f…', trainedOn: { rows: 1200, sources: ['tickets'] } },
  })
  @IsObject()
  artefact: Record<string, unknown>;
}

export class TrainedRouterDto {
  @ApiProperty({ example: 'rtr_01k9z…' })
  id: string;

  @ApiProperty({ example: 'support tickets, November' })
  name: string;

  @ApiProperty({
    example: '5b1f0c9e2d7a4f6681c3b0a9d8e7f655',
    description: 'Its first eight digits stand in decisions as `predicted_by`.',
  })
  fingerprint: string;

  @ApiProperty({ enum: ['upload', 'learned'] })
  origin: string;

  @ApiProperty({ description: 'It predicts for the organization now.' })
  active: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { rows: 1200, sources: ['tickets'], models: ['openai/gpt-4o'], families: 3, bytes: 480_000 },
  })
  facts: object;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What the replay of logged decisions said of a learned one.',
    example: { kind: 'better', difference: 0.04, low: 0.02, high: 0.06, decisions: 900 },
  })
  verdict: object | null;

  @ApiProperty({ example: '2026-11-30T09:00:00.000Z' })
  created_at: string;
}

export class TrainedRouterListDto {
  @ApiProperty({ type: [TrainedRouterDto] })
  data: TrainedRouterDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

export class RolledBackDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'rtr_01k9y…',
    description: 'The router that counts again; null for the one that ships.',
  })
  active_router_id: string | null;
}

export function toTrainedRouterDto({ isActive, createdAt, ...router }: ShownRouter): TrainedRouterDto {
  const { id, name, fingerprint, origin, facts, verdict } = router;
  return { id, name, fingerprint, origin, active: isActive, facts, verdict, created_at: createdAt };
}
