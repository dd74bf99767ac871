import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, TEXT_MODEL } from './vendor-card';

const CLAUDE: ModelCapabilities = { ...TEXT_MODEL, reasoning: true, vision: true, files: true };
const CLAUDE_3: ModelCapabilities = { ...CLAUDE, reasoning: false, files: false, jsonSchema: false };

/** Anthropic's models. What is read from or written to the cache is listed for each, never derived: the factors differ. */
export const ANTHROPIC_MODELS: readonly ModelCard[] = cardsOf('anthropic', [
  {
    model: 'claude-fable-5-1',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.97, 0.97, 0.97],
    tokensPerSecond: 60,
  },
  {
    model: 'claude-fable-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.96, 0.96, 0.96],
    tokensPerSecond: 60,
  },
  {
    model: 'claude-opus-5-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.95, 0.96, 0.95],
    tokensPerSecond: 70,
  },
  {
    model: 'claude-opus-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.94, 0.95, 0.94],
    tokensPerSecond: 65,
  },
  {
    model: 'claude-opus-4-8',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.93, 0.94, 0.93],
    tokensPerSecond: 60,
  },
  {
    model: 'claude-opus-4-6',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    freeSampling: true,
    quality: [0.91, 0.92, 0.91],
    tokensPerSecond: 60,
  },
  {
    model: 'claude-sonnet-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 64_000,
    capabilities: CLAUDE,
    quality: [0.92, 0.94, 0.91],
    tokensPerSecond: 90,
  },
  {
    model: 'claude-sonnet-4-6',
    contextTokens: 1_000_000,
    maxOutputTokens: 64_000,
    capabilities: CLAUDE,
    freeSampling: true,
    quality: [0.9, 0.92, 0.88],
    tokensPerSecond: 80,
  },
  {
    model: 'claude-sonnet-4-5',
    aliases: ['claude-sonnet-4-5-20250929'],
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    capabilities: CLAUDE,
    reasoningControl: 'budget',
    quality: [0.88, 0.9, 0.86],
    tokensPerSecond: 75,
  },
  {
    model: 'claude-haiku-4-5',
    aliases: ['claude-haiku-4-5-20251001'],
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    capabilities: CLAUDE,
    reasoningControl: 'budget',
    quality: [0.8, 0.82, 0.76],
    tokensPerSecond: 150,
  },
  {
    model: 'claude-3-haiku-20240307',
    contextTokens: 200_000,
    maxOutputTokens: 4_096,
    capabilities: CLAUDE_3,
    quality: [0.58, 0.52, 0.44],
    tokensPerSecond: 130,
  },
]);
