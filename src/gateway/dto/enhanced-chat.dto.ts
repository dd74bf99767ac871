import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CASCADE_TYPES } from '../../routing/cascade/cascade-types';
import { ChatCompletionDto } from './chat-completion.dto';
import { ChatCompletionRequestDto } from './chat-completion-request.dto';

/** For the documentation only: read by `parse-cascade-wish.ts`. */
export class CascadeConfigDto {
  @ApiPropertyOptional({ enum: CASCADE_TYPES, example: 'quality_focused' })
  cascade_type?: string;

  @ApiPropertyOptional({ description: 'Most that all steps together may cost, in USD.', example: 0.05 })
  max_budget?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, example: 0.8 })
  quality_threshold?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'How much evidence a score needs to count.' })
  confidence_threshold?: number;
}

export class EnhancedChatCompletionRequestDto extends ChatCompletionRequestDto {
  @ApiPropertyOptional({
    description: 'Requests of a session prefer the model whose prompt cache is warm.',
    example: 'session-42',
  })
  session_id?: string;

  @ApiPropertyOptional({ type: CascadeConfigDto })
  cascade_config?: CascadeConfigDto;

  @ApiPropertyOptional({
    default: true,
    description: 'False keeps what becomes of this request out of what routing learns from.',
  })
  enable_analytics?: boolean;

  @ApiPropertyOptional({
    description: 'As `X-Routing-Strategy`, which goes before it.',
    example: 'quality_focused',
  })
  routing_preference?: string;
}

export class CascadeStepDto {
  @ApiProperty({ example: 1 })
  step: number;

  @ApiProperty({ example: 'openai' })
  provider: string;

  @ApiProperty({ example: 'gpt-5-nano' })
  model: string;

  @ApiProperty({ example: 0.00012 })
  cost: number;

  @ApiProperty()
  accepted: boolean;

  @ApiProperty({ type: Number, nullable: true, example: 0.83 })
  score: number | null;

  @ApiProperty({ example: 'no_fault' })
  reason: string;
}

export class RoutingMetadataDto {
  @ApiProperty({ example: 'cascade' })
  strategy_used: string;

  @ApiProperty({ example: 'balanced' })
  objective: string;

  @ApiProperty({ example: 0.00012 })
  total_cost: number;

  @ApiProperty({ example: '120000' })
  total_cost_nano_usd: string;

  @ApiProperty({ enum: CASCADE_TYPES, nullable: true })
  cascade_type: string | null;

  @ApiProperty({ type: [CascadeStepDto] })
  cascade_steps: CascadeStepDto[];

  @ApiProperty({ type: Number, nullable: true, example: 0.83 })
  quality_score: number | null;

  @ApiProperty({ example: 0.6 })
  confidence_score: number;

  @ApiProperty({ type: [String], example: ['openai/gpt-5-nano'] })
  provider_chain: string[];

  @ApiProperty({ type: [String], example: [] })
  escalation_reasons: string[];

  @ApiProperty({ example: 812.4 })
  response_time_ms: number;
}

export class EnhancedChatCompletionDto extends ChatCompletionDto {
  @ApiProperty({ type: RoutingMetadataDto })
  routing_metadata: RoutingMetadataDto;
}
