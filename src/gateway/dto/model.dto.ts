import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Prices in USD per million tokens. */
export class ModelPricingDto {
  @ApiProperty({ example: 0.15 })
  input: number;

  @ApiProperty({ example: 0.6 })
  output: number;

  @ApiPropertyOptional({ example: 0.075 })
  cache_read?: number;

  @ApiPropertyOptional()
  cache_write?: number;

  @ApiProperty({ example: 'usd_per_million_tokens' })
  unit: string;
}

/** A model that takes a share of an alias's traffic. */
export class ModelShareDto {
  @ApiProperty({ example: 'openai/gpt-4o-mini' })
  model: string;

  @ApiProperty({ example: 1 })
  weight: number;
}

/** A model as OpenAI lists it, and what the router knows of it. */
export class ModelDto {
  @ApiProperty({ example: 'openai/gpt-4o-mini' })
  id: string;

  @ApiProperty({ example: 'model' })
  object: string;

  @ApiProperty({ example: 1_795_000_000 })
  created: number;

  @ApiProperty({ example: 'openai' })
  owned_by: string;

  @ApiPropertyOptional({ type: ModelPricingDto })
  pricing?: ModelPricingDto;

  @ApiPropertyOptional({ example: 128_000 })
  context_window?: number;

  @ApiPropertyOptional({ example: 16_384 })
  max_output_tokens?: number;

  @ApiPropertyOptional({ type: [String], example: ['tools', 'vision', 'json_schema'] })
  capabilities?: string[];

  @ApiPropertyOptional({ description: 'Numbers in a vector, of embedding models.' })
  dimensions?: number;

  @ApiPropertyOptional({ type: [String], example: ['global'] })
  regions?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Other names of the model.' })
  aliases?: string[];

  @ApiPropertyOptional({
    type: [ModelShareDto],
    description: "Present on the organization's own names: the models behind it, traffic shared by weight.",
  })
  leads_to?: ModelShareDto[];

  @ApiPropertyOptional({ description: 'Present on the built-in demonstration models.' })
  demo?: boolean;
}

export class ModelListDto {
  @ApiProperty({ example: 'list' })
  object: string;

  @ApiProperty({ type: [ModelDto] })
  data: ModelDto[];
}
