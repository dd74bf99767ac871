import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** For the documentation only: bodies are read by `openai/parse-chat-request.ts`. */
export class ChatMessageDto {
  @ApiProperty({ enum: ['system', 'developer', 'user', 'assistant', 'tool'], example: 'user' })
  role: string;

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'object', additionalProperties: true } }],
    nullable: true,
    example: 'What is 2+2?',
    description: 'Text, or parts of type `text`, `image_url`, `input_audio`, `file`.',
  })
  content: unknown;

  @ApiPropertyOptional()
  name?: string;

  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  tool_calls?: unknown[];

  @ApiPropertyOptional()
  tool_call_id?: string;
}

/** OpenAI's chat body. Fields not listed are passed on to vendors that know them and reported as dropped otherwise. */
export class ChatCompletionRequestDto {
  @ApiProperty({
    type: [ChatMessageDto],
    example: [{ role: 'user', content: 'What is the capital of France?' }],
  })
  messages: ChatMessageDto[];

  @ApiPropertyOptional({
    description: '`provider/model`, a known id, or `auto` to be routed.',
    example: 'auto',
  })
  model?: string;

  @ApiPropertyOptional({ default: false })
  stream?: boolean;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { include_usage: true } })
  stream_options?: Record<string, unknown>;

  @ApiPropertyOptional({ minimum: 1, example: 150 })
  max_tokens?: number;

  @ApiPropertyOptional({ minimum: 1, description: 'Same as `max_tokens`; wins when both are given.' })
  max_completion_tokens?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 2, example: 0.7 })
  temperature?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1 })
  top_p?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: 128, default: 1 })
  n?: number;

  @ApiPropertyOptional({ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] })
  stop?: unknown;

  @ApiPropertyOptional()
  seed?: number;

  @ApiPropertyOptional({ minimum: -2, maximum: 2 })
  frequency_penalty?: number;

  @ApiPropertyOptional({ minimum: -2, maximum: 2 })
  presence_penalty?: number;

  @ApiPropertyOptional()
  logprobs?: boolean;

  @ApiPropertyOptional({ minimum: 0, maximum: 20 })
  top_logprobs?: number;

  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  tools?: unknown[];

  @ApiPropertyOptional({ oneOf: [{ type: 'string' }, { type: 'object', additionalProperties: true }] })
  tool_choice?: unknown;

  @ApiPropertyOptional()
  parallel_tool_calls?: boolean;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: '`{"type": "text" | "json_object" | "json_schema", …}`',
  })
  response_format?: Record<string, unknown>;

  @ApiPropertyOptional({ example: 'medium' })
  reasoning_effort?: string;

  @ApiPropertyOptional()
  user?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  metadata?: Record<string, unknown>;

  @ApiPropertyOptional({ description: 'Most that this request may cost, in USD.', example: 0.05 })
  max_budget?: number;

  @ApiPropertyOptional({ description: 'Only models served from this region.', example: 'eu' })
  region?: string;
}
