import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsPrintable } from '../../../access/is-printable';
import { IsUsdAmount } from '../../../platform/http/is-usd-amount';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DAY_TEXT = { message: '$property must be a day as YYYY-MM-DD' };

/** USD per million tokens, as number or decimal text. */
export class PricesDto {
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: 2.5 })
  @IsUsdAmount()
  input: number | string;

  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: 10 })
  @IsUsdAmount()
  output: number | string;

  @ApiPropertyOptional({ oneOf: [{ type: 'number' }, { type: 'string' }], example: 1.25 })
  @IsOptional()
  @IsUsdAmount()
  cache_read?: number | string;

  @ApiPropertyOptional({ oneOf: [{ type: 'number' }, { type: 'string' }] })
  @IsOptional()
  @IsUsdAmount()
  cache_write?: number | string;

  @ApiPropertyOptional({
    oneOf: [{ type: 'number' }, { type: 'string' }],
    description: 'What is kept for an hour.',
  })
  @IsOptional()
  @IsUsdAmount()
  cache_write_1h?: number | string;

  @ApiPropertyOptional({ oneOf: [{ type: 'number' }, { type: 'string' }] })
  @IsOptional()
  @IsUsdAmount()
  audio_input?: number | string;
}

/** What the whole request costs when its input is longer. */
export class LongInputPricesDto extends PricesDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 200_000 })
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  input_tokens_above: number;
}

/** What one service tier costs. */
export class ServiceTierPricesDto extends PricesDto {
  @ApiPropertyOptional({
    type: PricesDto,
    description: 'Above the `input_tokens_above` of the price itself.',
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PricesDto)
  long_input?: PricesDto;
}

/** What the vendor asks for being served in another way. */
export class ServiceTiersDto {
  @ApiPropertyOptional({ type: ServiceTierPricesDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ServiceTierPricesDto)
  flex?: ServiceTierPricesDto;

  @ApiPropertyOptional({ type: ServiceTierPricesDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ServiceTierPricesDto)
  priority?: ServiceTierPricesDto;
}

/** One price in a proposal. */
export class ProposedPriceDto extends PricesDto {
  @ApiProperty({ example: 'openai' })
  @IsString()
  @Length(1, 64)
  provider: string;

  @ApiProperty({ example: 'gpt-4o' })
  @IsString()
  @Length(1, 200)
  model: string;

  @ApiProperty({ example: '2026-12-01', description: 'First day on which it counts, UTC.' })
  @Matches(DAY, DAY_TEXT)
  valid_from: string;

  @ApiPropertyOptional({ example: '2027-01-01', description: 'First day on which it counts no more.' })
  @IsOptional()
  @Matches(DAY, DAY_TEXT)
  valid_to?: string;

  @ApiPropertyOptional({ type: LongInputPricesDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LongInputPricesDto)
  long_input?: LongInputPricesDto;

  @ApiPropertyOptional({
    type: ServiceTiersDto,
    description: 'A tier that is not named has no known price while this one counts.',
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ServiceTiersDto)
  service_tiers?: ServiceTiersDto;
}

/** Body of `POST /v1/prices/updates`. */
export class ProposePricesDto {
  @ApiPropertyOptional({
    example: 'org_01k8f3ab12cd34ef56gh78jk90',
    description: 'Negotiated prices of one organization. Absent: for everybody.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  organization_id?: string;

  @ApiProperty({ example: 'contract of 2026-11-30', description: 'Where the figures come from.' })
  @IsPrintable(200)
  source: string;

  @ApiProperty({ type: [ProposedPriceDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => ProposedPriceDto)
  prices: ProposedPriceDto[];
}
