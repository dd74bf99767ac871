import type { PriceRow } from '../model-card';
import { perMillion } from '../models/price';

/** Prices of one model in a price version. */
export interface VersionedPrices {
  readonly provider: string;
  readonly model: string;
  readonly prices: readonly PriceRow[];
}

function row(provider: string, model: string, input: string, output: string): VersionedPrices {
  return {
    provider,
    model,
    prices: [{ validFrom: '2020-01-01', perMillion: perMillion({ input, output }) }],
  };
}

/** The five prices that are printed in the documents this product was specified by; a past period can be priced by them. */
export const REQUIREMENTS_PRICES: readonly VersionedPrices[] = [
  row('openai', 'gpt-4o', '5', '15'),
  row('openai', 'gpt-3.5-turbo', '0.5', '1.5'),
  row('anthropic', 'claude-3-sonnet-20240229', '3', '15'),
  row('anthropic', 'claude-3-haiku-20240307', '0.25', '1.25'),
  row('mistral', 'mistral-small-latest', '0.2', '0.6'),
];
