import { ApiProperty } from '@nestjs/swagger';
import type { JsonObject } from '../../common/json';
import { toUsdNumber } from '../../common/money';
import { PeriodDto } from '../period.dto';

/** A request with everything it cost. */
export class ExpensiveRequestDto {
  @ApiProperty({ example: 'req_01k9z3v6m7p1b3s5v7x9z1b3d5' })
  request_id: string;

  @ApiProperty({ format: 'date-time' })
  requested_at: string;

  @ApiProperty()
  user_id: string;

  @ApiProperty({ type: String, nullable: true })
  project_id: string | null;

  @ApiProperty({ type: String, nullable: true })
  api_key_id: string | null;

  @ApiProperty({ example: 'chat.completions' })
  endpoint: string;

  @ApiProperty({ type: String, nullable: true })
  requested_model: string | null;

  @ApiProperty({ example: 'openai', description: 'Who answered, or was tried last.' })
  provider: string;

  @ApiProperty({ example: 'gpt-4o' })
  model: string;

  @ApiProperty({ example: 'hybrid' })
  strategy: string;

  @ApiProperty({ type: String, nullable: true })
  intent: string | null;

  @ApiProperty({ example: 'success' })
  status: string;

  @ApiProperty({ example: 1, description: 'Calls to vendors.' })
  attempts: number;

  @ApiProperty()
  input_tokens: number;

  @ApiProperty()
  output_tokens: number;

  @ApiProperty({ example: 0.84 })
  cost: number;

  @ApiProperty({ example: '840000000' })
  cost_nano_usd: string;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The same tokens under the model the client named, USD.',
  })
  cost_under_requested: number | null;

  @ApiProperty({ type: Number, nullable: true })
  cost_under_strongest: number | null;

  @ApiProperty({ type: String, nullable: true })
  strongest_model: string | null;

  @ApiProperty({ type: Number, nullable: true })
  cost_under_cheapest: number | null;

  @ApiProperty({ type: String, nullable: true })
  cheapest_model: string | null;

  @ApiProperty({ type: Number, nullable: true })
  latency_ms: number | null;
}

/** Answer of the list of the most expensive requests. */
export class ExpensiveDto {
  @ApiProperty({ type: PeriodDto })
  period: PeriodDto;

  @ApiProperty({ type: [ExpensiveRequestDto], description: 'Dearest first.' })
  data: ExpensiveRequestDto[];

  @ApiProperty({ format: 'date-time' })
  generated_at: string;
}

/** Shows a record of a request. */
export function toExpensiveRequest(row: JsonObject): ExpensiveRequestDto {
  const text = (name: string): string => nullableText(row[name]) ?? '';
  return {
    request_id: text('request_id'),
    requested_at: text('requested_at'),
    user_id: text('user_id'),
    project_id: nullableText(row['project_id']),
    api_key_id: nullableText(row['api_key_id']),
    endpoint: text('endpoint'),
    requested_model: nullableText(row['requested_model']),
    provider: text('provider'),
    model: text('model'),
    strategy: text('strategy'),
    intent: nullableText(row['intent']),
    status: text('status'),
    attempts: Number(row['attempts']),
    input_tokens: Number(row['input_tokens']),
    output_tokens: Number(row['output_tokens']),
    cost: toUsdNumber(BigInt(text('cost_nano_usd'))),
    cost_nano_usd: text('cost_nano_usd'),
    cost_under_requested: nullableUsd(row['requested_nano_usd']),
    cost_under_strongest: nullableUsd(row['strongest_nano_usd']),
    strongest_model: nullableText(row['strongest_model']),
    cost_under_cheapest: nullableUsd(row['cheapest_nano_usd']),
    cheapest_model: nullableText(row['cheapest_model']),
    latency_ms: typeof row['latency_ms'] === 'number' ? row['latency_ms'] : null,
  };
}

function nullableText(value: unknown): string | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : null;
}

function nullableUsd(value: unknown): number | null {
  return typeof value === 'string' ? toUsdNumber(BigInt(value)) : null;
}
