import type { EmbeddingTraits, ModelCapabilities, ModelCard } from '../model-card';
import { listedPrices } from './listed-prices';
import { flat } from './vendor-card';

const NO_CHAT: ModelCapabilities = {
  reasoning: false,
  vision: false,
  audio: false,
  files: false,
  tools: false,
  jsonMode: false,
  jsonSchema: false,
  logprobs: false,
  multipleChoices: false,
};

interface EmbeddingDraft extends EmbeddingTraits {
  /** USD per million input tokens; absent where the public list has it. */
  readonly price?: string;
  /** Most tokens of one input. */
  readonly contextTokens: number;
  readonly aliases?: readonly string[];
  readonly demo?: true;
}

/** The card of an embedding model; its answers are not tokens and cost nothing. */
function embeddingCard(provider: string, model: string, draft: EmbeddingDraft): ModelCard {
  const { price, contextTokens, aliases = [], demo, ...embedding } = draft;
  return {
    provider,
    model,
    aliases,
    kind: 'embedding',
    embedding,
    contextTokens,
    maxOutputTokens: 0,
    capabilities: NO_CHAT,
    regions: ['global'],
    quality: { general: 0, code: 0, reasoning: 0 },
    typicalTokensPerSecond: 0,
    prices:
      price === undefined ? (listedPrices(provider, model) ?? []) : [flat({ input: price, output: '0' })],
    ...(demo && { demo }),
  };
}

const OPENAI = { contextTokens: 8_192, maxInputs: 2_048, shortens: true, tokenIds: true };

/** The embedding models with a listed price, of all vendors that have some. */
export const EMBEDDING_MODELS: readonly ModelCard[] = [
  embeddingCard('openai', 'text-embedding-3-small', { ...OPENAI, dimensions: 1_536 }),
  embeddingCard('openai', 'text-embedding-3-large', { ...OPENAI, dimensions: 3_072 }),
  embeddingCard('google', 'gemini-embedding-001', {
    contextTokens: 2_048,
    dimensions: 3_072,
    shortens: true,
    maxInputs: 100,
    tokenIds: false,
  }),
  embeddingCard('mistral', 'mistral-embed', {
    contextTokens: 8_192,
    dimensions: 1_024,
    shortens: false,
    maxInputs: 2_048,
    tokenIds: false,
  }),
  embeddingCard('cohere', 'embed-v4.0', {
    contextTokens: 128_000,
    dimensions: 1_536,
    shortens: true,
    maxInputs: 96,
    tokenIds: false,
  }),
  embeddingCard('demo', 'demo-embedding', {
    price: '0.02',
    contextTokens: 8_192,
    dimensions: 256,
    shortens: true,
    maxInputs: 2_048,
    tokenIds: true,
    demo: true,
  }),
];
