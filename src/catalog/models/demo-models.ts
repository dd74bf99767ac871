import type { ModelCapabilities, ModelCard } from '../model-card';
import { perMillion, type ListedPrice } from './price';

const CAPABILITIES: ModelCapabilities = {
  reasoning: false,
  vision: false,
  audio: false,
  files: false,
  tools: true,
  jsonMode: true,
  jsonSchema: true,
  logprobs: false,
  multipleChoices: true,
};

function card(
  model: string,
  price: ListedPrice,
  facts: Pick<ModelCard, 'quality' | 'typicalTokensPerSecond'> & { readonly reasoning?: boolean },
): ModelCard {
  return {
    provider: 'demo',
    model,
    aliases: [],
    kind: 'chat',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: { ...CAPABILITIES, reasoning: facts.reasoning ?? false },
    regions: ['global'],
    quality: facts.quality,
    typicalTokensPerSecond: facts.typicalTokensPerSecond,
    prices: [{ validFrom: '2026-01-01', perMillion: perMillion(price) }],
    demo: true,
  };
}

/** The built-in demonstration models. Their prices are invented, so that budgets and savings can be watched without a vendor. */
export const DEMO_MODELS: readonly ModelCard[] = [
  card(
    'demo-small',
    { input: '0.1', output: '0.4', cacheRead: '0.05' },
    { quality: { general: 0.6, code: 0.5, reasoning: 0.4 }, typicalTokensPerSecond: 400 },
  ),
  card(
    'demo-balanced',
    { input: '0.5', output: '2', cacheRead: '0.25' },
    { quality: { general: 0.78, code: 0.75, reasoning: 0.68 }, typicalTokensPerSecond: 200 },
  ),
  card(
    'demo-premium',
    { input: '3', output: '15', cacheRead: '0.3' },
    { quality: { general: 0.92, code: 0.93, reasoning: 0.88 }, typicalTokensPerSecond: 100 },
  ),
  card(
    'demo-reasoning',
    { input: '2', output: '10', cacheRead: '0.2' },
    { quality: { general: 0.88, code: 0.9, reasoning: 0.95 }, typicalTokensPerSecond: 60, reasoning: true },
  ),
];
