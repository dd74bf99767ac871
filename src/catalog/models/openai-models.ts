import type { ModelCapabilities, ModelCard, PriceRow } from '../model-card';
import { perMillion, type ListedPrice } from './price';

/** Day of the oldest price list these figures were compared with. */
const LISTED = '2026-07-01';
const CUT_OF_LUNA_AND_TERRA = '2026-07-30';
const CUT_OF_SOL = '2026-08-21';
/** Above this input the flagship models cost twice the input and one and a half times the output price. */
const LONG_INPUT_TOKENS = 272_000;

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
  | 'model'
  | 'contextTokens'
  | 'maxOutputTokens'
  | 'capabilities'
  | 'quality'
  | 'typicalTokensPerSecond'
  | 'prices'
> & { readonly snapshots?: readonly string[] };

function card(draft: Draft): ModelCard {
  const { snapshots = [], ...facts } = draft;
  return {
    ...facts,
    provider: 'openai',
    kind: 'chat',
    aliases: snapshots.map((snapshot) => `${draft.model}-${snapshot}`),
    regions: ['global'],
  };
}

function quality(general: number, code: number, reasoning: number): ModelCard['quality'] {
  return { general, code, reasoning };
}

function flat(price: ListedPrice, validFrom = LISTED): PriceRow {
  return { validFrom, perMillion: perMillion(price) };
}

function tiered(price: ListedPrice, above: ListedPrice, validFrom = LISTED): PriceRow {
  return {
    validFrom,
    perMillion: perMillion(price),
    tier: { inputTokensAbove: LONG_INPUT_TOKENS, perMillion: perMillion(above) },
  };
}

const GPT_6: readonly ModelCard[] = [
  card({
    model: 'gpt-6-astra',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.97, 0.97, 0.98),
    typicalTokensPerSecond: 60,
    prices: [
      tiered(
        { input: '10', output: '50', cacheRead: '1', cacheWrite: '12.5' },
        { input: '20', output: '75', cacheRead: '2', cacheWrite: '25' },
      ),
    ],
  }),
  card({
    model: 'gpt-6-sol',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.94, 0.94, 0.94),
    typicalTokensPerSecond: 90,
    prices: [
      tiered(
        { input: '2', output: '10', cacheRead: '0.2', cacheWrite: '2.5' },
        { input: '4', output: '15', cacheRead: '0.4', cacheWrite: '5' },
      ),
    ],
  }),
  card({
    model: 'gpt-6-luna',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.82, 0.78, 0.78),
    typicalTokensPerSecond: 180,
    prices: [
      tiered(
        { input: '0.1', output: '0.5', cacheRead: '0.01', cacheWrite: '0.125' },
        { input: '0.2', output: '0.75', cacheRead: '0.02', cacheWrite: '0.25' },
      ),
    ],
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
    prices: [
      tiered(
        { input: '5', output: '30', cacheRead: '0.5', cacheWrite: '6.25' },
        { input: '10', output: '45', cacheRead: '1', cacheWrite: '12.5' },
      ),
      tiered(
        { input: '4', output: '20', cacheRead: '0.4', cacheWrite: '5' },
        { input: '8', output: '30', cacheRead: '0.8', cacheWrite: '10' },
        CUT_OF_SOL,
      ),
    ],
  }),
  card({
    model: 'gpt-5.6-terra',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.9, 0.9, 0.9),
    typicalTokensPerSecond: 100,
    prices: [
      tiered(
        { input: '2.5', output: '15', cacheRead: '0.25', cacheWrite: '3.125' },
        { input: '5', output: '22.5', cacheRead: '0.5', cacheWrite: '6.25' },
      ),
      tiered(
        { input: '2', output: '12', cacheRead: '0.2', cacheWrite: '2.5' },
        { input: '4', output: '18', cacheRead: '0.4', cacheWrite: '5' },
        CUT_OF_LUNA_AND_TERRA,
      ),
    ],
  }),
  card({
    model: 'gpt-5.6-luna',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.83, 0.8, 0.8),
    typicalTokensPerSecond: 160,
    prices: [
      tiered(
        { input: '1', output: '6', cacheRead: '0.1', cacheWrite: '1.25' },
        { input: '2', output: '9', cacheRead: '0.2', cacheWrite: '2.5' },
      ),
      tiered(
        { input: '0.2', output: '1.2', cacheRead: '0.02', cacheWrite: '0.25' },
        { input: '0.4', output: '1.8', cacheRead: '0.04', cacheWrite: '0.5' },
        CUT_OF_LUNA_AND_TERRA,
      ),
    ],
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
    prices: [
      tiered({ input: '5', output: '30', cacheRead: '0.5' }, { input: '10', output: '45', cacheRead: '1' }),
    ],
  }),
  card({
    model: 'gpt-5.4',
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.92, 0.92, 0.92),
    typicalTokensPerSecond: 80,
    prices: [
      tiered(
        { input: '2.5', output: '15', cacheRead: '0.25' },
        { input: '5', output: '22.5', cacheRead: '0.5' },
      ),
    ],
  }),
  card({
    model: 'gpt-5.4-mini',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.85, 0.84, 0.84),
    typicalTokensPerSecond: 140,
    prices: [flat({ input: '0.75', output: '4.5', cacheRead: '0.075' })],
  }),
  card({
    model: 'gpt-5.4-nano',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.76, 0.72, 0.72),
    typicalTokensPerSecond: 180,
    prices: [flat({ input: '0.2', output: '1.25', cacheRead: '0.02' })],
  }),
  card({
    model: 'gpt-5.2',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.91, 0.91, 0.91),
    typicalTokensPerSecond: 80,
    prices: [flat({ input: '1.75', output: '14', cacheRead: '0.175' })],
  }),
  card({
    model: 'gpt-5',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.89, 0.89, 0.89),
    typicalTokensPerSecond: 80,
    prices: [flat({ input: '1.25', output: '10', cacheRead: '0.125' })],
    snapshots: ['2025-08-07'],
  }),
  card({
    model: 'gpt-5-mini',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.82, 0.81, 0.81),
    typicalTokensPerSecond: 120,
    prices: [flat({ input: '0.25', output: '2', cacheRead: '0.025' })],
    snapshots: ['2025-08-07'],
  }),
  card({
    model: 'gpt-5-nano',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    capabilities: REASONING,
    quality: quality(0.72, 0.68, 0.7),
    typicalTokensPerSecond: 170,
    prices: [flat({ input: '0.05', output: '0.4', cacheRead: '0.005' })],
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
    prices: [flat({ input: '2', output: '8', cacheRead: '0.5' })],
    snapshots: ['2025-04-14'],
  }),
  card({
    model: 'gpt-4.1-mini',
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    capabilities: CLASSIC,
    quality: quality(0.77, 0.75, 0.66),
    typicalTokensPerSecond: 110,
    prices: [flat({ input: '0.4', output: '1.6', cacheRead: '0.1' })],
    snapshots: ['2025-04-14'],
  }),
  card({
    model: 'gpt-4.1-nano',
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    capabilities: CLASSIC,
    quality: quality(0.66, 0.6, 0.52),
    typicalTokensPerSecond: 150,
    prices: [flat({ input: '0.1', output: '0.4', cacheRead: '0.025' })],
    snapshots: ['2025-04-14'],
  }),
  card({
    model: 'gpt-4o',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: CLASSIC,
    quality: quality(0.81, 0.78, 0.7),
    typicalTokensPerSecond: 90,
    prices: [flat({ input: '2.5', output: '10', cacheRead: '1.25' })],
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
    prices: [flat({ input: '5', output: '15' })],
  }),
  card({
    model: 'gpt-4o-mini',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: CLASSIC,
    quality: quality(0.7, 0.66, 0.56),
    typicalTokensPerSecond: 110,
    prices: [flat({ input: '0.15', output: '0.6', cacheRead: '0.075' })],
    snapshots: ['2024-07-18'],
  }),
  card({
    model: 'gpt-3.5-turbo',
    contextTokens: 16_385,
    maxOutputTokens: 4_096,
    capabilities: TEXT_ONLY,
    quality: quality(0.55, 0.48, 0.38),
    typicalTokensPerSecond: 100,
    prices: [flat({ input: '0.5', output: '1.5' })],
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
    prices: [flat({ input: '2', output: '8', cacheRead: '0.5' })],
    snapshots: ['2025-04-16'],
  }),
  card({
    model: 'o4-mini',
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    capabilities: REASONING,
    quality: quality(0.81, 0.82, 0.85),
    typicalTokensPerSecond: 100,
    prices: [flat({ input: '1.1', output: '4.4', cacheRead: '0.275' })],
    snapshots: ['2025-04-16'],
  }),
];

/** OpenAI's models that are served by the chat completions endpoint. */
export const OPENAI_MODELS: readonly ModelCard[] = [...GPT_6, ...GPT_5_6, ...GPT_5, ...GPT_4, ...O_SERIES];
