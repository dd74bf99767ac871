import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, TEXT_MODEL } from './vendor-card';

const CHAT: ModelCapabilities = { ...TEXT_MODEL, logprobs: true };

/** Cohere's chat models. Those without a listed price (`command-a-reasoning`, `command-a-vision`) are left out: they could not be budgeted. */
export const COHERE_MODELS: readonly ModelCard[] = cardsOf('cohere', [
  {
    model: 'command-a-03-2025',
    aliases: ['command-a'],
    contextTokens: 256_000,
    maxOutputTokens: 8_000,
    capabilities: CHAT,
    quality: [0.8, 0.74, 0.7],
    tokensPerSecond: 90,
  },
  {
    model: 'command-r7b-12-2024',
    aliases: ['command-r7b'],
    contextTokens: 128_000,
    maxOutputTokens: 4_000,
    capabilities: CHAT,
    quality: [0.56, 0.5, 0.44],
    tokensPerSecond: 160,
  },
  {
    model: 'command-r-08-2024',
    aliases: ['command-r'],
    contextTokens: 128_000,
    maxOutputTokens: 4_000,
    capabilities: CHAT,
    quality: [0.62, 0.55, 0.5],
    tokensPerSecond: 100,
  },
  {
    model: 'command-r-plus-08-2024',
    aliases: ['command-r-plus'],
    contextTokens: 128_000,
    maxOutputTokens: 4_000,
    capabilities: CHAT,
    quality: [0.7, 0.62, 0.58],
    tokensPerSecond: 70,
  },
]);
