import { ApiProperty } from '@nestjs/swagger';

/** Between what a cost lies, in nano-USD as text. */
export class CostBoundsDto {
  @ApiProperty({ example: '1200', description: 'From what was delivered.' })
  least_nano_usd: string;

  @ApiProperty({ example: '8400', description: 'What was reserved for the call.' })
  most_nano_usd: string;
}

/** One call to a vendor as it stands in the ledger. */
export class UsageRecordDto {
  @ApiProperty({ example: 'att_01k9z3v6m8q2c4t6w8y0a2c4e6' })
  attempt_id: string;

  @ApiProperty({ example: 'req_01k9z3v6m7p1b3s5v7x9z1b3d5' })
  request_id: string;

  @ApiProperty({ type: String, nullable: true, description: 'The `X-Request-Id` the client sent.' })
  client_request_id: string | null;

  @ApiProperty({ format: 'date-time' })
  started_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at: string | null;

  @ApiProperty({ type: String, nullable: true })
  api_key_id: string | null;

  @ApiProperty()
  user_id: string;

  @ApiProperty({ type: String, nullable: true })
  project_id: string | null;

  @ApiProperty({ example: 'chat.completions' })
  endpoint: string;

  @ApiProperty({ example: 'answer' })
  purpose: string;

  @ApiProperty({ example: 'openai' })
  provider: string;

  @ApiProperty({ type: String, nullable: true, description: 'What the client wrote as `model`.' })
  requested_model: string | null;

  @ApiProperty({ example: 'gpt-4o-mini', description: 'The model that was priced.' })
  resolved_model: string;

  @ApiProperty({ example: 'global' })
  region: string;

  @ApiProperty({ example: 'heuristic' })
  strategy: string;

  @ApiProperty({ example: 'balanced' })
  objective: string;

  @ApiProperty({ type: String, nullable: true, example: 'chat_lite' })
  intent: string | null;

  @ApiProperty()
  decision_id: string;

  @ApiProperty({ description: 'Version of the price book the cost was computed with.' })
  price_version: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'flex',
    description: 'How the vendor said it served, where it said so; the price depends on it.',
  })
  service_tier: string | null;

  @ApiProperty({ enum: ['success', 'error', 'aborted', 'unknown'] })
  status: string;

  @ApiProperty({ type: String, nullable: true })
  error_code: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Tokens in disjoint buckets; their sum is what the vendor bills.',
    example: { input_uncached: 12, cache_read: 0, output_text: 40 },
  })
  usage: Record<string, number>;

  @ApiProperty({ example: 12 })
  prompt_tokens: number;

  @ApiProperty({ example: 40 })
  completion_tokens: number;

  @ApiProperty({ example: 0.0000258, description: 'USD; `cost_nano_usd` is exact.' })
  cost: number;

  @ApiProperty({ example: '25800', description: 'Nano-USD as a decimal string.' })
  cost_nano_usd: string;

  @ApiProperty({ example: '2460000', description: 'What was reserved for the call.' })
  held_nano_usd: string;

  @ApiProperty({ enum: ['exact', 'estimated', 'reconciled'] })
  cost_source: string;

  @ApiProperty({
    type: CostBoundsDto,
    nullable: true,
    description:
      'Of a cost that we estimated: between what it certainly is. Null for exact costs, and where a price is what is not known.',
  })
  cost_bounds: CostBoundsDto | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Set on a correction: the call whose cost and tokens it changes by its own, signed, ones.',
  })
  corrects_id: string | null;

  @ApiProperty({ type: Number, nullable: true })
  latency_ms: number | null;

  @ApiProperty({ type: Number, nullable: true })
  first_token_ms: number | null;
}

/** A page of ledger rows, newest first. */
export class UsageRecordPageDto {
  @ApiProperty({ type: [UsageRecordDto] })
  data: UsageRecordDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}
