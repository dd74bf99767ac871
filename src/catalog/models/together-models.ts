import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, flat, TEXT_MODEL } from './vendor-card';

const CHAT: ModelCapabilities = { ...TEXT_MODEL, logprobs: true, multipleChoices: true };
const SEEING: ModelCapabilities = { ...CHAT, vision: true };
const THINKING: ModelCapabilities = { ...CHAT, reasoning: true };

/** The models that Together serves by the token. Where two lists differ tenfold, the one that agrees with the rest of the family counts. */
export const TOGETHER_MODELS: readonly ModelCard[] = cardsOf('together', [
  {
    model: 'openai/gpt-oss-120b',
    contextTokens: 131_072,
    maxOutputTokens: 65_536,
    capabilities: THINKING,
    quality: [0.8, 0.8, 0.84],
    tokensPerSecond: 120,
    prices: [flat({ input: '0.15', output: '0.6' })],
  },
  {
    model: 'openai/gpt-oss-20b',
    contextTokens: 128_000,
    maxOutputTokens: 65_536,
    capabilities: THINKING,
    quality: [0.7, 0.68, 0.72],
    tokensPerSecond: 180,
    prices: [flat({ input: '0.05', output: '0.2' })],
  },
  {
    model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    capabilities: CHAT,
    quality: [0.74, 0.7, 0.62],
    tokensPerSecond: 110,
    prices: [flat({ input: '0.88', output: '0.88' })],
  },
  {
    model: 'meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8',
    contextTokens: 1_048_576,
    maxOutputTokens: 32_768,
    capabilities: SEEING,
    quality: [0.76, 0.7, 0.64],
    tokensPerSecond: 120,
    prices: [flat({ input: '0.27', output: '0.85' })],
  },
  {
    model: 'deepseek-ai/DeepSeek-V3.1',
    contextTokens: 128_000,
    maxOutputTokens: 32_768,
    capabilities: THINKING,
    quality: [0.85, 0.86, 0.86],
    tokensPerSecond: 60,
    prices: [flat({ input: '0.6', output: '1.7' })],
  },
  {
    model: 'moonshotai/Kimi-K2.5',
    contextTokens: 256_000,
    maxOutputTokens: 32_768,
    capabilities: { ...THINKING, vision: true },
    quality: [0.88, 0.88, 0.88],
    tokensPerSecond: 60,
    prices: [flat({ input: '0.5', output: '2.8' })],
  },
  {
    model: 'Qwen/Qwen3.5-397B-A17B',
    contextTokens: 262_144,
    maxOutputTokens: 65_536,
    capabilities: { ...THINKING, vision: true },
    // Its processor takes up to 16,777,216 pixels, a token for 32 × 32 of them.
    imageRule: { by: 'patch', pixels: 32, hundredths: 100, maxPatches: 16_384 },
    quality: [0.89, 0.88, 0.89],
    tokensPerSecond: 70,
    prices: [flat({ input: '0.6', output: '3.6' })],
  },
  {
    model: 'zai-org/GLM-4.7',
    contextTokens: 200_000,
    maxOutputTokens: 65_536,
    capabilities: THINKING,
    quality: [0.86, 0.88, 0.86],
    tokensPerSecond: 70,
    prices: [flat({ input: '0.45', output: '2' })],
  },
  {
    model: 'Qwen/Qwen3-235B-A22B-Instruct-2507-tput',
    contextTokens: 262_144,
    maxOutputTokens: 32_768,
    capabilities: CHAT,
    quality: [0.83, 0.81, 0.76],
    tokensPerSecond: 60,
    prices: [flat({ input: '0.2', output: '0.6' })],
  },
]);
