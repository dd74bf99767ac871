import { AppError } from '../../../common/app-error';
import { parseUsd } from '../../../common/money';
import { CATALOG_ERRORS } from '../../catalog.errors';
import type { PriceRow, PriceSchedule } from '../../model-card';
import { SERVICE_TIERS } from '../../service-tier';
import type { PriceProposal, ProposedPrice } from '../price-updates.service';
import type { PricesDto, ProposedPriceDto, ProposePricesDto, ServiceTierPricesDto } from './price.dto';

/** A proposal as the service takes it; refuses days that do not exist or lie in the wrong order. */
export function toProposal({ organization_id, source, prices }: ProposePricesDto): PriceProposal {
  return { organizationId: organization_id, source, prices: prices.map(toProposedPrice) };
}

function toProposedPrice(price: ProposedPriceDto, index: number): ProposedPrice {
  const { provider, model, valid_from, valid_to, long_input, service_tiers } = price;
  for (const [name, day] of [['valid_from', valid_from] as const, ['valid_to', valid_to] as const])
    if (day !== undefined && !isDay(day)) throw invalid(`prices.${index}.${name}`, 'there is no such day');
  if (valid_to !== undefined && valid_to <= valid_from)
    throw invalid(`prices.${index}.valid_to`, 'must lie after valid_from');
  return {
    provider,
    model,
    validFrom: valid_from,
    ...(valid_to !== undefined && { validTo: valid_to }),
    perMillion: toPrices(price),
    ...(long_input && {
      tier: { inputTokensAbove: long_input.input_tokens_above, perMillion: toPrices(long_input) },
    }),
    ...(service_tiers && { serviceTiers: toServiceTiers(price, service_tiers, index) }),
  };
}

function toServiceTiers(
  { long_input }: ProposedPriceDto,
  tiers: NonNullable<ProposedPriceDto['service_tiers']>,
  index: number,
): PriceRow['serviceTiers'] {
  const found = SERVICE_TIERS.flatMap((name) => {
    const prices = tiers[name];
    if (prices === undefined) return [];
    if (prices.long_input && !long_input)
      throw invalid(`prices.${index}.service_tiers.${name}.long_input`, 'the price itself has no long_input');
    return [[name, toSchedule(prices, long_input?.input_tokens_above)] as const];
  });
  return Object.fromEntries(found);
}

function toSchedule(prices: ServiceTierPricesDto, inputTokensAbove: number | undefined): PriceSchedule {
  const perMillion = toPrices(prices);
  if (!prices.long_input || inputTokensAbove === undefined) return { perMillion };
  return { perMillion, tier: { inputTokensAbove, perMillion: toPrices(prices.long_input) } };
}

function toPrices(prices: PricesDto): PriceRow['perMillion'] {
  const { cache_read, cache_write, cache_write_1h, audio_input } = prices;
  return {
    inputUncached: parseUsd(prices.input) ?? 0n,
    outputText: parseUsd(prices.output) ?? 0n,
    ...(cache_read !== undefined && { cacheRead: parseUsd(cache_read) ?? 0n }),
    ...(cache_write !== undefined && { cacheWrite5m: parseUsd(cache_write) ?? 0n }),
    ...(cache_write_1h !== undefined && { cacheWrite1h: parseUsd(cache_write_1h) ?? 0n }),
    ...(audio_input !== undefined && { audioInput: parseUsd(audio_input) ?? 0n }),
  };
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function invalid(param: string, text: string): AppError {
  return new AppError(CATALOG_ERRORS.validation, { public: `${param}: ${text}`, param });
}
