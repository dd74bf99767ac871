import { isJsonObject } from '../../common/json';
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

/** Reads the prices in a member of a price file, which is named in the error. */
export function toListedPrice(file: string, value: unknown): ListedPrice {
  if (!isJsonObject(value)) throw new Error(`${file}: prices are an object`);
  const text = (name: keyof ListedPrice): string | undefined => {
    const price = value[name];
    if (price !== undefined && typeof price !== 'string')
      throw new Error(`${file}: ${name} is a decimal number as text`);
    return price;
  };
  const [input, output] = [text('input'), text('output')];
  if (input === undefined || output === undefined) throw new Error(`${file}: input and output are required`);
  return {
    input,
    output,
    cacheRead: text('cacheRead'),
    cacheWrite: text('cacheWrite'),
    cacheWrite1h: text('cacheWrite1h'),
    audioInput: text('audioInput'),
  };
}

function usd(text: string): NanoUsd {
  const amount = parseUsd(text);
  if (amount === undefined) throw new Error(`not a price: ${text}`);
  return amount;
}
