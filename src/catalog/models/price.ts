import { parseUsd, type NanoUsd } from '../../common/money';
import type { PriceRow } from '../model-card';

/** Prices as vendors print them: decimal USD per million tokens. */
export interface ListedPrice {
  readonly input: string;
  readonly output: string;
  readonly cacheRead?: string;
  /** What is kept for five minutes, or for as long as the vendor likes. */
  readonly cacheWrite?: string;
  /** What is kept for an hour. */
  readonly cacheWrite1h?: string;
  readonly audioInput?: string;
}

/** Turns a printed price into buckets. A price list with a mistake must not start, so this throws. */
export function perMillion(price: ListedPrice): PriceRow['perMillion'] {
  return {
    inputUncached: usd(price.input),
    outputText: usd(price.output),
    ...(price.cacheRead !== undefined && { cacheRead: usd(price.cacheRead) }),
    ...(price.cacheWrite !== undefined && { cacheWrite5m: usd(price.cacheWrite) }),
    ...(price.cacheWrite1h !== undefined && { cacheWrite1h: usd(price.cacheWrite1h) }),
    ...(price.audioInput !== undefined && { audioInput: usd(price.audioInput) }),
  };
}

function usd(text: string): NanoUsd {
  const amount = parseUsd(text);
  if (amount === undefined) throw new Error(`not a price: ${text}`);
  return amount;
}
