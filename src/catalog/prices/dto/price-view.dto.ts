import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { toUsdNumber } from '../../../common/money';
import type { PriceRow, PriceSchedule } from '../../model-card';
import { toPriceOverride } from '../price-update';
import { PRICE_UPDATE_STATUSES, type PriceUpdateStatus } from '../price-update-status';
import type { PriceUpdateEntity } from '../price-update.entity';

/** Prices in USD per million tokens; a kind of token that is not named costs as much as plain input or output. */
class ShownPricesDto {
  @ApiProperty({ example: 2.5 })
  input: number;

  @ApiProperty({ example: 10 })
  output: number;

  @ApiPropertyOptional({ example: 1.25 })
  cache_read?: number;

  @ApiPropertyOptional()
  cache_write?: number;

  @ApiPropertyOptional()
  cache_write_1h?: number;

  @ApiPropertyOptional()
  audio_input?: number;
}

class ShownLongInputDto extends ShownPricesDto {
  @ApiProperty({ example: 271_999 })
  input_tokens_above: number;
}

/** What one service tier costs. */
export class ShownServiceTierDto extends ShownPricesDto {
  @ApiPropertyOptional({
    type: ShownPricesDto,
    description: 'For the whole request when its input is longer.',
  })
  long_input?: ShownPricesDto;
}

/** What a model costs from a day on. */
@ApiExtraModels(ShownServiceTierDto)
export class PriceRowDto extends ShownPricesDto {
  @ApiProperty({ example: '2026-12-01' })
  valid_from: string;

  @ApiPropertyOptional({
    type: ShownLongInputDto,
    description: 'For the whole request when its input is longer.',
  })
  long_input?: ShownLongInputDto;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(ShownServiceTierDto) },
    description:
      'By `service_tier`, where the price is known. A call is billed in the tier that the answer names.',
    example: { flex: { input: 1.25, output: 5 } },
  })
  service_tiers?: Record<string, ShownServiceTierDto>;
}

/** All prices of one model that count for the caller, oldest first. */
export class ModelPricesDto {
  @ApiProperty({ example: 'openai' })
  provider: string;

  @ApiProperty({ example: 'gpt-4o' })
  model: string;

  @ApiProperty({ type: [PriceRowDto] })
  prices: PriceRowDto[];
}

export class ModelPricesListDto {
  @ApiProperty({ type: [ModelPricesDto] })
  data: ModelPricesDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;

  @ApiProperty({
    example: '3f9a0c1b2d4e',
    description: 'Stands with every ledger row that was priced by it.',
  })
  version: string;

  @ApiProperty({ example: 'usd_per_million_tokens' })
  unit: string;
}

/** A price that was entered while the service ran. */
export class PriceUpdateDto extends PriceRowDto {
  @ApiProperty({ example: 'prc_01k8f3ab12cd34ef56gh78jk90' })
  id: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null: for everybody.' })
  organization_id: string | null;

  @ApiProperty({ example: 'openai' })
  provider: string;

  @ApiProperty({ example: 'gpt-4o' })
  model: string;

  @ApiPropertyOptional({ example: '2027-01-01' })
  valid_to?: string;

  @ApiProperty({ example: 'contract of 2026-11-30' })
  source: string;

  @ApiProperty({ enum: PRICE_UPDATE_STATUSES })
  status: PriceUpdateStatus;

  @ApiProperty({ type: [String], example: ['jump:inputUncached'], description: 'Why it is held back.' })
  findings: string[];

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

export class PriceUpdateListDto {
  @ApiProperty({ type: [PriceUpdateDto] })
  data: PriceUpdateDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** Plain values: a class instance would lose its class when it is spread. */
type Plain<T> = Pick<T, keyof T>;

export function toPriceRowDto({ validFrom, perMillion, tier, serviceTiers }: PriceRow): Plain<PriceRowDto> {
  const tiers = Object.entries(serviceTiers ?? {}).map(
    ([name, prices]) => [name, toShownTier(prices)] as const,
  );
  return {
    valid_from: validFrom,
    ...toShown(perMillion),
    ...(tier && { long_input: { input_tokens_above: tier.inputTokensAbove, ...toShown(tier.perMillion) } }),
    ...(tiers.length > 0 && { service_tiers: Object.fromEntries(tiers) }),
  };
}

function toShownTier({ perMillion, tier }: PriceSchedule): Plain<ShownServiceTierDto> {
  return { ...toShown(perMillion), ...(tier && { long_input: toShown(tier.perMillion) }) };
}

export function toPriceUpdateDto(update: PriceUpdateEntity): PriceUpdateDto {
  const { id, provider, model, source, status, findings } = update;
  return {
    id,
    organization_id: update.organizationId,
    provider,
    model,
    ...toPriceRowDto(toPriceOverride(update)),
    ...(update.validTo !== null && { valid_to: update.validTo }),
    source,
    status,
    findings,
    created_at: update.createdAt.toISOString(),
  };
}

function toShown(prices: PriceRow['perMillion']): Plain<ShownPricesDto> {
  const shown = (price: bigint | undefined): number | undefined =>
    price === undefined ? undefined : toUsdNumber(price);
  return {
    input: toUsdNumber(prices.inputUncached),
    output: toUsdNumber(prices.outputText),
    cache_read: shown(prices.cacheRead),
    cache_write: shown(prices.cacheWrite5m),
    cache_write_1h: shown(prices.cacheWrite1h),
    audio_input: shown(prices.audioInput),
  };
}
