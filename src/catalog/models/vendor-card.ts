import type { ImageRule } from '../../llm/image-tokens';
import type { ModelCapabilities, ModelCard, PriceRow } from '../model-card';
import { listedPrices } from './listed-prices';
import { perMillion, type ListedPrice } from './price';

/** Day of the oldest price list the figures were compared with. */
const LISTED = '2026-07-01';

/** A text model with tools and JSON; vendors' lists name what differs. */
export const TEXT_MODEL: ModelCapabilities = {
  reasoning: false,
  vision: false,
  audio: false,
  files: false,
  tools: true,
  jsonMode: true,
  jsonSchema: true,
  logprobs: false,
  multipleChoices: false,
};

/** The facts of one model in the short form of the lists. */
export interface ModelDraft {
  readonly model: string;
  readonly aliases?: readonly string[];
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly capabilities: ModelCapabilities;
  readonly reasoningControl?: ModelCard['reasoningControl'];
  readonly freeSampling?: ModelCard['freeSampling'];
  readonly imageRule?: ImageRule;
  /** General, code, reasoning: priors from 0 to 1. */
  readonly quality: readonly [general: number, code: number, reasoning: number];
  readonly tokensPerSecond: number;
  /** For a model that the public price list does not have, or has wrong. */
  readonly prices?: readonly PriceRow[];
}

/** Makes the cards of one vendor. */
export function cardsOf(provider: string, drafts: readonly ModelDraft[]): readonly ModelCard[] {
  return drafts.map(({ aliases = [], quality, tokensPerSecond, prices, ...facts }) => ({
    ...facts,
    prices: prices ?? listedPrices(provider, facts.model) ?? [],
    provider,
    aliases,
    kind: 'chat',
    regions: ['global'],
    quality: { general: quality[0], code: quality[1], reasoning: quality[2] },
    typicalTokensPerSecond: tokensPerSecond,
  }));
}

/** One price from a day on, whatever the size of the call. */
export function flat(price: ListedPrice, validFrom = LISTED): PriceRow {
  return { validFrom, perMillion: perMillion(price) };
}
