import { isJsonObject } from '../../common/json';
import type { PriceRow } from '../model-card';
import list from './listed-prices.json';
import { perMillion, type ListedPrice } from './price';

/** The first row of a list also covers the time before somebody wrote it down. */
const FROM_THE_BEGINNING = '2020-01-01';
const MODELS: Readonly<Record<string, unknown>> = list.models;

/**
 * The prices of a model in the public list that `npm run prices -- --write` took over; undefined for a model it does not
 * have. A list with a mistake must not start, so this throws.
 */
export function listedPrices(provider: string, model: string): readonly PriceRow[] | undefined {
  const rows = MODELS[`${provider}/${model}`];
  return Array.isArray(rows) ? rows.map(toPriceRow) : undefined;
}

function toPriceRow(row: unknown): PriceRow {
  if (!isJsonObject(row)) throw new Error('listed-prices.json: a row is an object');
  const { validFrom = FROM_THE_BEGINNING, above, ...prices } = row;
  if (typeof validFrom !== 'string') throw new Error('listed-prices.json: validFrom is a day');
  const base = { validFrom, perMillion: perMillion(toListed(prices)) };
  if (!isJsonObject(above)) return base;
  const { inputTokens, ...dearer } = above;
  if (typeof inputTokens !== 'number') throw new Error('listed-prices.json: inputTokens is a number');
  return { ...base, tier: { inputTokensAbove: inputTokens, perMillion: perMillion(toListed(dearer)) } };
}

function toListed(prices: Readonly<Record<string, unknown>>): ListedPrice {
  const text = (name: keyof ListedPrice): string | undefined => {
    const value = prices[name];
    if (value !== undefined && typeof value !== 'string')
      throw new Error(`listed-prices.json: ${name} is a decimal number as text`);
    return value;
  };
  const [input, output] = [text('input'), text('output')];
  if (input === undefined || output === undefined)
    throw new Error('listed-prices.json: input and output are required');
  return {
    input,
    output,
    cacheRead: text('cacheRead'),
    cacheWrite: text('cacheWrite'),
    cacheWrite1h: text('cacheWrite1h'),
    audioInput: text('audioInput'),
  };
}
