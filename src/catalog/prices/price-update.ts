import { isJsonObject } from '../../common/json';
import { USAGE_BUCKETS } from '../../llm/token-usage';
import type { PriceRow, PriceSchedule } from '../model-card';
import { SERVICE_TIERS } from '../service-tier';
import type { PriceOverride } from './merge-prices';
import type { PriceUpdateEntity, StoredSchedule } from './price-update.entity';

type Stored = Pick<PriceUpdateEntity, 'validFrom' | 'validTo' | 'perMillion' | 'tier' | 'serviceTiers'>;

/** A stored update as arithmetic takes it. */
export function toPriceOverride({ validFrom, validTo, serviceTiers, ...prices }: Stored): PriceOverride {
  return {
    validFrom,
    ...(validTo !== null && { validTo }),
    ...toSchedule(prices),
    ...(serviceTiers && { serviceTiers: toServiceTiers(serviceTiers) }),
  };
}

/** Prices as JSON can hold them. */
export function toStoredPrices({
  perMillion,
  tier,
  serviceTiers,
}: Omit<PriceRow, 'validFrom'>): Pick<PriceUpdateEntity, 'perMillion' | 'tier' | 'serviceTiers'> {
  const stored = Object.entries(serviceTiers ?? {}).map(
    ([name, prices]) => [name, toStoredSchedule(prices)] as const,
  );
  return {
    ...toStoredSchedule({ perMillion, ...(tier && { tier }) }),
    serviceTiers: stored.length === 0 ? null : Object.fromEntries(stored),
  };
}

function toStoredSchedule({ perMillion, tier }: PriceSchedule): StoredSchedule {
  const stored = tier && { inputTokensAbove: tier.inputTokensAbove, perMillion: toTexts(tier.perMillion) };
  return { perMillion: toTexts(perMillion), tier: stored ?? null };
}

function toTexts(prices: PriceSchedule['perMillion']): Record<string, string> {
  return Object.fromEntries(Object.entries(prices).map(([bucket, price]) => [bucket, price.toString()]));
}

function toServiceTiers(stored: Readonly<Record<string, StoredSchedule>>): PriceRow['serviceTiers'] {
  const found = SERVICE_TIERS.flatMap((name) => {
    const prices = stored[name];
    return prices === undefined ? [] : [[name, toSchedule(prices)] as const];
  });
  return Object.fromEntries(found);
}

function toSchedule({ perMillion, tier }: StoredSchedule): PriceSchedule {
  const prices = toPrices(perMillion);
  if (!tier) return { perMillion: prices };
  return {
    perMillion: prices,
    tier: { inputTokensAbove: tier.inputTokensAbove, perMillion: toPrices(tier.perMillion) },
  };
}

function toPrices(stored: unknown): PriceSchedule['perMillion'] {
  const found: Record<string, bigint> = {};
  for (const bucket of USAGE_BUCKETS) {
    const price = isJsonObject(stored) ? stored[bucket] : undefined;
    if (typeof price === 'string' && /^\d{1,18}$/.test(price)) found[bucket] = BigInt(price);
  }
  const { inputUncached, outputText, ...rest } = found;
  if (inputUncached === undefined || outputText === undefined)
    throw new Error('a stored price lacks input or output');
  return { inputUncached, outputText, ...rest };
}
