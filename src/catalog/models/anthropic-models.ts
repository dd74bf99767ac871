import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, flat, TEXT_MODEL, tiered } from './vendor-card';

const CLAUDE: ModelCapabilities = { ...TEXT_MODEL, reasoning: true, vision: true, files: true };
const CLAUDE_3: ModelCapabilities = { ...CLAUDE, reasoning: false, files: false, jsonSchema: false };
/** Above this input the older Sonnet costs twice the input and one and a half times the output price. */
const LONG_INPUT_TOKENS = 200_000;

/** Anthropic's models. What is read from or written to the cache is listed for each, never derived: the factors differ. */
export const ANTHROPIC_MODELS: readonly ModelCard[] = cardsOf('anthropic', [
  {
    model: 'claude-fable-5-1',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.97, 0.97, 0.97],
    tokensPerSecond: 60,
    prices: [flat({ input: '10', output: '50', cacheRead: '0.25', cacheWrite: '12.5', cacheWrite1h: '20' })],
  },
  {
    model: 'claude-fable-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.96, 0.96, 0.96],
    tokensPerSecond: 60,
    prices: [flat({ input: '10', output: '50', cacheRead: '1', cacheWrite: '12.5', cacheWrite1h: '20' })],
  },
  {
    model: 'claude-opus-5-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.95, 0.96, 0.95],
    tokensPerSecond: 70,
    prices: [flat({ input: '4', output: '20', cacheRead: '0.2', cacheWrite: '5', cacheWrite1h: '8' })],
  },
  {
    model: 'claude-opus-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.94, 0.95, 0.94],
    tokensPerSecond: 65,
    prices: [flat({ input: '5', output: '25', cacheRead: '0.5', cacheWrite: '6.25', cacheWrite1h: '10' })],
  },
  {
    model: 'claude-opus-4-8',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    quality: [0.93, 0.94, 0.93],
    tokensPerSecond: 60,
    prices: [flat({ input: '5', output: '25', cacheRead: '0.5', cacheWrite: '6.25', cacheWrite1h: '10' })],
  },
  {
    model: 'claude-opus-4-6',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    capabilities: CLAUDE,
    freeSampling: true,
    quality: [0.91, 0.92, 0.91],
    tokensPerSecond: 60,
    prices: [flat({ input: '5', output: '25', cacheRead: '0.5', cacheWrite: '6.25', cacheWrite1h: '10' })],
  },
  {
    model: 'claude-sonnet-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 64_000,
    capabilities: CLAUDE,
    quality: [0.92, 0.94, 0.91],
    tokensPerSecond: 90,
    prices: [flat({ input: '2', output: '10', cacheRead: '0.2', cacheWrite: '2.5', cacheWrite1h: '4' })],
  },
  {
    model: 'claude-sonnet-4-6',
    contextTokens: 1_000_000,
    maxOutputTokens: 64_000,
    capabilities: CLAUDE,
    freeSampling: true,
    quality: [0.9, 0.92, 0.88],
    tokensPerSecond: 80,
    prices: [flat({ input: '3', output: '15', cacheRead: '0.3', cacheWrite: '3.75', cacheWrite1h: '6' })],
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
    prices: [
      tiered(
        { input: '3', output: '15', cacheRead: '0.3', cacheWrite: '3.75', cacheWrite1h: '6' },
        { input: '6', output: '22.5', cacheRead: '0.6', cacheWrite: '7.5', cacheWrite1h: '12' },
        LONG_INPUT_TOKENS,
      ),
    ],
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
    prices: [flat({ input: '1', output: '5', cacheRead: '0.1', cacheWrite: '1.25', cacheWrite1h: '2' })],
  },
  {
    model: 'claude-3-haiku-20240307',
    contextTokens: 200_000,
    maxOutputTokens: 4_096,
    capabilities: CLAUDE_3,
    quality: [0.58, 0.52, 0.44],
    tokensPerSecond: 130,
    prices: [
      flat({ input: '0.25', output: '1.25', cacheRead: '0.03', cacheWrite: '0.3', cacheWrite1h: '0.5' }),
    ],
  },
]);
