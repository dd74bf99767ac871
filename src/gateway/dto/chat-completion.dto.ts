import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Who answered, why, and what it cost. */
export class RouterMetadataDto {
  @ApiProperty({ example: 'openai' })
  selected_provider: string;

  @ApiProperty({ example: 'gpt-4o-mini' })
  selected_model: string;

  @ApiProperty({ example: 'Short question: a cost-effective model is enough' })
  routing_reason: string;

  @ApiProperty({ example: 'hybrid' })
  strategy: string;

  @ApiProperty({ example: 'balanced' })
  objective: string;

  @ApiProperty({ example: 'chat_lite' })
  intent_label: string;

  @ApiProperty({ example: 0.85 })
  intent_confidence: number;

  @ApiProperty({ example: 'model' })
  intent_method: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  intent_signals: Record<string, unknown>;

  @ApiProperty({ description: 'USD the router expected the call to cost.', example: 0.00024 })
  estimated_cost: number;

  @ApiProperty({ description: 'USD of all attempts together.', example: 0.0000258 })
  actual_cost: number;

  @ApiProperty({ example: '25800' })
  actual_cost_nano_usd: string;

  @ApiProperty({ enum: ['exact', 'estimated', 'reconciled'] })
  cost_source: string;

  @ApiPropertyOptional({ description: 'USD left in the tightest budget while this request was running.' })
  budget_remaining?: number;

  @ApiProperty({ example: 412.5 })
  response_time_ms: number;

  @ApiProperty({ example: 1 })
  attempts: number;

  @ApiProperty({ enum: ['hit', 'miss', 'bypass'] })
  cache: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Every field that did not reach the vendor as you wrote it.',
    example: [{ name: 'max_tokens', action: 'defaulted', detail: '4096' }],
  })
  dropped_parameters: unknown[];

  @ApiProperty({ example: 'dec_01k9z3v6m7p1b3s5v7x9z1b3d5' })
  decision_id: string;

  @ApiPropertyOptional({ description: 'Present when a built-in demonstration model answered.' })
  demo?: boolean;
}

/** OpenAI's chat completion with the router's metadata beside it. */
export class ChatCompletionDto {
  @ApiProperty({ example: 'chatcmpl-AbC123' })
  id: string;

  @ApiProperty({ example: 'chat.completion' })
  object: string;

  @ApiProperty({ example: 1_795_000_000 })
  created: number;

  @ApiProperty({ example: 'gpt-4o-mini-2024-07-18' })
  model: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Paris.', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
  })
  choices: unknown[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { prompt_tokens: 14, completion_tokens: 2, total_tokens: 16 },
  })
  usage: Record<string, unknown>;

  @ApiProperty({ type: RouterMetadataDto })
  router_metadata: RouterMetadataDto;
}
