import { isJsonObject } from '../../common/json';
import { USAGE_BUCKETS } from '../../llm/token-usage';
import type { PriceRow } from '../model-card';
import type { PriceOverride } from './merge-prices';
import type { PriceUpdateEntity } from './price-update.entity';

type Stored = Pick<PriceUpdateEntity, 'validFrom' | 'validTo' | 'perMillion' | 'tier'>;

/** A stored update as arithmetic takes it. */
export function toPriceOverride({ validFrom, validTo, perMillion, tier }: Stored): PriceOverride {
  return {
    validFrom,
    ...(validTo !== null && { validTo }),
    perMillion: toPrices(perMillion),
    ...(tier && {
      tier: { inputTokensAbove: tier.inputTokensAbove, perMillion: toPrices(tier.perMillion) },
    }),
  };
}

/** Buckets as JSON can hold them. */
export function toStoredPrices(prices: PriceRow['perMillion']): Record<string, string> {
  return Object.fromEntries(Object.entries(prices).map(([bucket, price]) => [bucket, price.toString()]));
}

function toPrices(stored: unknown): PriceRow['perMillion'] {
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
