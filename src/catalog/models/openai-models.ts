import type { ModelCapabilities, ModelCard } from '../model-card';
import { listedPrices } from './listed-prices';
import { openAiImageRule } from './openai-image-rules';

const CLASSIC: ModelCapabilities = {
  reasoning: false,
  vision: true,
  audio: false,
  files: true,
  tools: true,
  jsonMode: true,
  jsonSchema: true,
  logprobs: true,
  multipleChoices: true,
};
const REASONING: ModelCapabilities = { ...CLASSIC, reasoning: true, logprobs: false };
const TEXT_ONLY: ModelCapabilities = { ...CLASSIC, vision: false, files: false, jsonSchema: false };

type Draft = Pick<
  ModelCard,
  'model' | 'contextTokens' | 'maxOutputTokens' | 'capabilities' | 'quality' | 'typicalTokensPerSecond'
> & { readonly snapshots?: readonly string[] };

function card(draft: Draft): ModelCard {
  const { snapshots = [], ...facts } = draft;
  const imageRule = openAiImageRule(facts.model);
  return {
    ...facts,
    ...(imageRule && { imageRule }),
    prices: listedPrices('openai', facts.model) ?? [],
    provider: 'openai',
    kind: 'chat',
    aliases: snapshots.map((snapshot) => `${draft.model}-${snapshot}`),
    regions: ['global'],
  };
}

function quality(general: number, code: number, reasoning: number): ModelCard['quality'] {
  return { general, code, reasoning };
}

const GPT_6: readonly ModelCard[] = [
  card({
    model: 'gpt-6-astra',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.97, 0.97, 0.98),
    typicalTokensPerSecond: 60,
  }),
  card({
    model: 'gpt-6-sol',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.94, 0.94, 0.94),
    typicalTokensPerSecond: 90,
  }),
  card({
    model: 'gpt-6-luna',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.82, 0.78, 0.78),
    typicalTokensPerSecond: 180,
  }),
];

const GPT_5_6: readonly ModelCard[] = [
  card({
    model: 'gpt-5.6-sol',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.94, 0.94, 0.95),
    typicalTokensPerSecond: 70,
  }),
  card({
    model: 'gpt-5.6-terra',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.9, 0.9, 0.9),
    typicalTokensPerSecond: 100,
  }),
  card({
    model: 'gpt-5.6-luna',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.83, 0.8, 0.8),
    typicalTokensPerSecond: 160,
  }),
];

const GPT_5: readonly ModelCard[] = [
  card({
    model: 'gpt-5.5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.93, 0.93, 0.94),
    typicalTokensPerSecond: 70,
  }),
  card({
    model: 'gpt-5.4',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.92, 0.92, 0.92),
    typicalTokensPerSecond: 80,
  }),
  card({
    model: 'gpt-5.4-mini',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.85, 0.84, 0.84),
    typicalTokensPerSecond: 140,
  }),
  card({
    model: 'gpt-5.4-nano',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.76, 0.72, 0.72),
    typicalTokensPerSecond: 180,
  }),
  card({
    model: 'gpt-5.2',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.91, 0.91, 0.91),
    typicalTokensPerSecond: 80,
  }),
  card({
    model: 'gpt-5',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.89, 0.89, 0.89),
    typicalTokensPerSecond: 80,
    snapshots: ['2025-08-07'],
  }),
  card({
    model: 'gpt-5-mini',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.82, 0.81, 0.81),
    typicalTokensPerSecond: 120,
    snapshots: ['2025-08-07'],
  }),
  card({
    model: 'gpt-5-nano',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.72, 0.68, 0.7),
    typicalTokensPerSecond: 170,
    snapshots: ['2025-08-07'],
  }),
];

const GPT_4: readonly ModelCard[] = [
  card({
    model: 'gpt-4.1',
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    capabilities: CLASSIC,
    quality: quality(0.84, 0.84, 0.76),
    typicalTokensPerSecond: 90,
    snapshots: ['2025-04-14'],
  }),
  card({
    model: 'gpt-4.1-mini',
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    capabilities: CLASSIC,
    quality: quality(0.77, 0.75, 0.66),
    typicalTokensPerSecond: 110,
    snapshots: ['2025-04-14'],
  }),
  card({
    model: 'gpt-4.1-nano',
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    capabilities: CLASSIC,
    quality: quality(0.66, 0.6, 0.52),
    typicalTokensPerSecond: 150,
    snapshots: ['2025-04-14'],
  }),
  card({
    model: 'gpt-4o',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: CLASSIC,
    quality: quality(0.81, 0.78, 0.7),
    typicalTokensPerSecond: 90,
    snapshots: ['2024-08-06', '2024-11-20'],
  }),
  // Dearer than its successors, so it must not be priced like them.
  card({
    model: 'gpt-4o-2024-05-13',
    contextTokens: 128_000,
    maxOutputTokens: 4_096,
    capabilities: { ...CLASSIC, jsonSchema: false },
    quality: quality(0.8, 0.77, 0.68),
    typicalTokensPerSecond: 90,
  }),
  card({
    model: 'gpt-4o-mini',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: CLASSIC,
    quality: quality(0.7, 0.66, 0.56),
    typicalTokensPerSecond: 110,
    snapshots: ['2024-07-18'],
  }),
  card({
    model: 'gpt-3.5-turbo',
    contextTokens: 16_385,
    maxOutputTokens: 4_096,
    capabilities: TEXT_ONLY,
    quality: quality(0.55, 0.48, 0.38),
    typicalTokensPerSecond: 100,
    snapshots: ['0125'],
  }),
];

const O_SERIES: readonly ModelCard[] = [
  card({
    model: 'o3',
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    capabilities: REASONING,
    quality: quality(0.85, 0.86, 0.89),
    typicalTokensPerSecond: 70,
    snapshots: ['2025-04-16'],
  }),
  card({
    model: 'o4-mini',
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    capabilities: REASONING,
    quality: quality(0.81, 0.82, 0.85),
    typicalTokensPerSecond: 100,
    snapshots: ['2025-04-16'],
  }),
];

/** OpenAI's models that are served by the chat completions endpoint. */
export const OPENAI_MODELS: readonly ModelCard[] = [...GPT_6, ...GPT_5_6, ...GPT_5, ...GPT_4, ...O_SERIES];
