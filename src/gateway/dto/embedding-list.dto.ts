import { ApiProperty, OmitType } from '@nestjs/swagger';
import { RouterMetadataDto } from './chat-completion.dto';

/** One vector. */
export class EmbeddingDto {
  @ApiProperty({ example: 'embedding' })
  object: string;

  @ApiProperty({ example: 0, description: 'Position of the input.' })
  index: number;

  @ApiProperty({
    oneOf: [{ type: 'array', items: { type: 'number' } }, { type: 'string' }],
    example: [0.0023, -0.0093, 0.0157],
  })
  embedding: unknown;
}

export class EmbeddingMetadataDto extends OmitType(RouterMetadataDto, [
  'intent_label',
  'intent_confidence',
  'intent_method',
  'intent_signals',
] as const) {}

/** OpenAI's list of vectors with the router's metadata beside it. */
export class EmbeddingListDto {
  @ApiProperty({ example: 'list' })
  object: string;

  @ApiProperty({ type: [EmbeddingDto] })
  data: EmbeddingDto[];

  @ApiProperty({ example: 'text-embedding-3-small' })
  model: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { prompt_tokens: 11, total_tokens: 11 },
  })
  usage: Record<string, unknown>;

  @ApiProperty({ type: EmbeddingMetadataDto })
  router_metadata: EmbeddingMetadataDto;
}
