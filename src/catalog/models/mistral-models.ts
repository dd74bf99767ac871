import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, flat, TEXT_MODEL } from './vendor-card';

const CHAT: ModelCapabilities = { ...TEXT_MODEL, multipleChoices: true };
const SEEING: ModelCapabilities = { ...CHAT, vision: true, files: true };
const ADJUSTABLE: ModelCapabilities = { ...SEEING, reasoning: true };
const THINKING: ModelCapabilities = { ...ADJUSTABLE, files: false };
const DEARER_MEDIUM = '2026-06-16';

/** Mistral's chat models. `mistral-large-latest` is the model of December 2025 and costs what it costs. */
export const MISTRAL_MODELS: readonly ModelCard[] = cardsOf('mistral', [
  {
    model: 'mistral-large-2512',
    aliases: ['mistral-large-latest'],
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: SEEING,
    quality: [0.86, 0.84, 0.8],
    tokensPerSecond: 70,
    prices: [flat({ input: '0.5', output: '1.5', cacheRead: '0.05' })],
  },
  {
    model: 'mistral-medium-3.5',
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: ADJUSTABLE,
    quality: [0.88, 0.87, 0.86],
    tokensPerSecond: 80,
    prices: [flat({ input: '1.5', output: '7.5', cacheRead: '0.15' })],
  },
  {
    model: 'mistral-medium-latest',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    capabilities: ADJUSTABLE,
    quality: [0.88, 0.87, 0.86],
    tokensPerSecond: 80,
    prices: [
      flat({ input: '0.4', output: '2', cacheRead: '0.04' }, '2026-01-01'),
      flat({ input: '1.5', output: '7.5', cacheRead: '0.15' }, DEARER_MEDIUM),
    ],
  },
  {
    model: 'mistral-small-2603',
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: ADJUSTABLE,
    quality: [0.76, 0.74, 0.72],
    tokensPerSecond: 140,
    prices: [flat({ input: '0.15', output: '0.6', cacheRead: '0.015' })],
  },
  {
    model: 'mistral-small-latest',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    capabilities: SEEING,
    quality: [0.74, 0.7, 0.64],
    tokensPerSecond: 140,
    prices: [flat({ input: '0.1', output: '0.3' })],
  },
  {
    model: 'magistral-medium-latest',
    contextTokens: 40_000,
    maxOutputTokens: 40_000,
    capabilities: THINKING,
    quality: [0.8, 0.8, 0.84],
    tokensPerSecond: 80,
    prices: [flat({ input: '2', output: '5' })],
  },
  {
    model: 'ministral-8b-2512',
    aliases: ['ministral-8b-latest'],
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: SEEING,
    quality: [0.62, 0.56, 0.5],
    tokensPerSecond: 180,
    prices: [flat({ input: '0.15', output: '0.15', cacheRead: '0.015' })],
  },
  {
    model: 'codestral-2508',
    aliases: ['codestral-latest'],
    contextTokens: 256_000,
    maxOutputTokens: 32_768,
    capabilities: CHAT,
    quality: [0.66, 0.82, 0.6],
    tokensPerSecond: 180,
    prices: [flat({ input: '0.3', output: '0.9', cacheRead: '0.03' })],
  },
  {
    model: 'devstral-2512',
    aliases: ['devstral-latest'],
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: CHAT,
    quality: [0.74, 0.86, 0.72],
    tokensPerSecond: 100,
    prices: [flat({ input: '0.4', output: '2', cacheRead: '0.04' })],
  },
]);
