import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, TEXT_MODEL } from './vendor-card';

const CHAT: ModelCapabilities = { ...TEXT_MODEL, multipleChoices: true };
const SEEING: ModelCapabilities = { ...CHAT, vision: true, files: true };
const ADJUSTABLE: ModelCapabilities = { ...SEEING, reasoning: true };
const THINKING: ModelCapabilities = { ...ADJUSTABLE, files: false };

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
  },
  {
    model: 'mistral-medium-3.5',
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: ADJUSTABLE,
    quality: [0.88, 0.87, 0.86],
    tokensPerSecond: 80,
  },
  {
    model: 'mistral-medium-latest',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    capabilities: ADJUSTABLE,
    quality: [0.88, 0.87, 0.86],
    tokensPerSecond: 80,
  },
  {
    model: 'mistral-small-2603',
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: ADJUSTABLE,
    quality: [0.76, 0.74, 0.72],
    tokensPerSecond: 140,
  },
  {
    model: 'mistral-small-latest',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    capabilities: SEEING,
    quality: [0.74, 0.7, 0.64],
    tokensPerSecond: 140,
  },
  {
    model: 'magistral-medium-latest',
    contextTokens: 40_000,
    maxOutputTokens: 40_000,
    capabilities: THINKING,
    quality: [0.8, 0.8, 0.84],
    tokensPerSecond: 80,
  },
  {
    model: 'ministral-8b-2512',
    aliases: ['ministral-8b-latest'],
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: SEEING,
    quality: [0.62, 0.56, 0.5],
    tokensPerSecond: 180,
  },
  {
    model: 'codestral-2508',
    aliases: ['codestral-latest'],
    contextTokens: 256_000,
    maxOutputTokens: 32_768,
    capabilities: CHAT,
    quality: [0.66, 0.82, 0.6],
    tokensPerSecond: 180,
  },
  {
    model: 'devstral-2512',
    aliases: ['devstral-latest'],
    contextTokens: 262_144,
    maxOutputTokens: 131_072,
    capabilities: CHAT,
    quality: [0.74, 0.86, 0.72],
    tokensPerSecond: 100,
  },
]);
