import { isJsonObject } from '../../common/json';
import type { PriceRow } from '../model-card';
import list from './listed-prices.json';
import { withServiceTiers } from './listed-service-tiers';
import { perMillion, toListedPrice } from './price';

/** The first row of a list also covers the time before somebody wrote it down. */
const FROM_THE_BEGINNING = '2020-01-01';
const FILE = 'listed-prices.json';
const MODELS: Readonly<Record<string, unknown>> = list.models;

/**
 * The prices of a model in the public list that `npm run prices -- --write` took over; undefined for a model it does not
 * have. A list with a mistake must not start, so this throws.
 */
export function listedPrices(provider: string, model: string): readonly PriceRow[] | undefined {
  const rows = MODELS[`${provider}/${model}`];
  return Array.isArray(rows) ? withServiceTiers(provider, model, rows.map(toPriceRow)) : undefined;
}

function toPriceRow(row: unknown): PriceRow {
  if (!isJsonObject(row)) throw new Error(`${FILE}: a row is an object`);
  const { validFrom = FROM_THE_BEGINNING, above, ...prices } = row;
  if (typeof validFrom !== 'string') throw new Error(`${FILE}: validFrom is a day`);
  const base = { validFrom, perMillion: perMillion(toListedPrice(FILE, prices)) };
  if (!isJsonObject(above)) return base;
  const { inputTokens, ...dearer } = above;
  if (typeof inputTokens !== 'number') throw new Error(`${FILE}: inputTokens is a number`);
  return {
    ...base,
    tier: { inputTokensAbove: inputTokens, perMillion: perMillion(toListedPrice(FILE, dearer)) },
  };
}
