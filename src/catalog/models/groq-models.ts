import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, TEXT_MODEL } from './vendor-card';

const SCHEMALESS: ModelCapabilities = { ...TEXT_MODEL, jsonSchema: false };
const SEEING: ModelCapabilities = { ...TEXT_MODEL, vision: true };
const THINKING: ModelCapabilities = { ...TEXT_MODEL, reasoning: true };

/** The models that Groq serves. The longer of the two contexts listed for Kimi K2 is that of this release. */
export const GROQ_MODELS: readonly ModelCard[] = cardsOf('groq', [
  {
    model: 'openai/gpt-oss-120b',
    contextTokens: 131_072,
    maxOutputTokens: 65_536,
    capabilities: THINKING,
    quality: [0.8, 0.8, 0.84],
    tokensPerSecond: 480,
  },
  {
    model: 'openai/gpt-oss-20b',
    contextTokens: 131_072,
    maxOutputTokens: 65_536,
    capabilities: THINKING,
    quality: [0.7, 0.68, 0.72],
    tokensPerSecond: 900,
  },
  {
    model: 'llama-3.3-70b-versatile',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    capabilities: SCHEMALESS,
    quality: [0.74, 0.7, 0.62],
    tokensPerSecond: 280,
  },
  {
    model: 'llama-3.1-8b-instant',
    contextTokens: 131_072,
    maxOutputTokens: 131_072,
    capabilities: SCHEMALESS,
    quality: [0.54, 0.46, 0.4],
    tokensPerSecond: 560,
  },
  {
    model: 'meta-llama/llama-4-scout-17b-16e-instruct',
    contextTokens: 131_072,
    maxOutputTokens: 8_192,
    capabilities: SEEING,
    quality: [0.7, 0.62, 0.56],
    tokensPerSecond: 590,
  },
  {
    model: 'meta-llama/llama-4-maverick-17b-128e-instruct',
    contextTokens: 131_072,
    maxOutputTokens: 8_192,
    capabilities: SEEING,
    quality: [0.76, 0.7, 0.64],
    tokensPerSecond: 560,
  },
  {
    model: 'qwen/qwen3-32b',
    contextTokens: 131_072,
    maxOutputTokens: 40_960,
    capabilities: { ...SCHEMALESS, reasoning: true },
    quality: [0.74, 0.74, 0.76],
    tokensPerSecond: 490,
  },
  {
    model: 'moonshotai/kimi-k2-instruct-0905',
    contextTokens: 262_144,
    maxOutputTokens: 16_384,
    capabilities: TEXT_MODEL,
    quality: [0.82, 0.83, 0.76],
    tokensPerSecond: 200,
  },
]);
