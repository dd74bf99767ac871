import { ApiProperty } from '@nestjs/swagger';

export class ThresholdsDto {
  @ApiProperty({ description: 'First day of the outcomes.', example: '2026-11-01' })
  since: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { low_confidence: 0.4, min_confidence_for_direct: 0.7 },
  })
  current: object;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description:
      'For all intents together, then for each. Null where there are too few outcomes, or too few good ones.',
    example: [{ intent: 'all', outcomes: 2000, low_confidence: 0.4, min_confidence_for_direct: 0.6 }],
  })
  proposals: object[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ intent: 'code_gen', from: 0.9, to: 1, outcomes: 412, good_share: 0.93 }],
  })
  bands: object[];
}
