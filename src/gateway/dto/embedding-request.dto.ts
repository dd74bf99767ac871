import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** OpenAI's embeddings body; for the documentation only: bodies are read by `openai/parse-embedding-request.ts`. */
export class EmbeddingRequestDto {
  @ApiProperty({
    oneOf: [
      { type: 'string' },
      { type: 'array', items: { type: 'string' }, maxItems: 2_048 },
      { type: 'array', items: { type: 'integer' } },
      { type: 'array', items: { type: 'array', items: { type: 'integer' } }, maxItems: 2_048 },
    ],
    example: ['The capital of France is Paris.', 'The cat sleeps.'],
    description:
      'A text, texts, or token ids. Token ids are refused where personal data is redacted: they cannot be inspected.',
  })
  input: unknown;

  @ApiPropertyOptional({
    description:
      '`provider/model` or a known id. Absent or `auto`: the cheapest suitable model. Name it where vectors are stored: those of two models cannot be compared.',
    example: 'auto',
  })
  model?: string;

  @ApiPropertyOptional({
    enum: ['float', 'base64'],
    default: 'float',
    description: '`base64` is that of little-endian 32-bit floats.',
  })
  encoding_format?: string;

  @ApiPropertyOptional({
    minimum: 1,
    description: 'Shorter vectors than the model’s own, where it can.',
  })
  dimensions?: number;

  @ApiPropertyOptional({
    enum: ['query', 'document', 'classification', 'clustering', 'search_query', 'search_document'],
    description: 'What the vectors are for, for vendors that distinguish.',
  })
  input_type?: string;

  @ApiPropertyOptional()
  user?: string;

  @ApiPropertyOptional({ description: 'Most that this request may cost, in USD.' })
  max_budget?: number;

  @ApiPropertyOptional({ description: 'Only models served from this region.' })
  region?: string;
}
