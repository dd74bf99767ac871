import type { ModelCapabilities, ModelCard } from '../model-card';
import { cardsOf, flat, TEXT_MODEL, tiered } from './vendor-card';

const GEMINI: ModelCapabilities = {
  ...TEXT_MODEL,
  reasoning: true,
  vision: true,
  audio: true,
  files: true,
  logprobs: true,
  multipleChoices: true,
};
/** Above this input the Pro models cost twice the input and one and a half times the output price. */
const LONG_INPUT_TOKENS = 200_000;
/** The introductory prices of the newer Flash models end with the year. */
const END_OF_INTRODUCTION = '2027-01-01';

/** Google's Gemini models; plain text, images and video share the input price, audio has its own where it is listed. */
export const GOOGLE_MODELS: readonly ModelCard[] = cardsOf('google', [
  {
    model: 'gemini-3.8-flash',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.9, 0.89, 0.89],
    tokensPerSecond: 180,
    prices: [
      flat({ input: '0.75', output: '3.75', cacheRead: '0.075' }),
      flat({ input: '1.5', output: '7.5', cacheRead: '0.15' }, END_OF_INTRODUCTION),
    ],
  },
  {
    model: 'gemini-3.7-flash',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.89, 0.88, 0.88],
    tokensPerSecond: 180,
    prices: [
      flat({ input: '0.75', output: '3.75', cacheRead: '0.075' }),
      flat({ input: '1.5', output: '7.5', cacheRead: '0.15' }, END_OF_INTRODUCTION),
    ],
  },
  {
    model: 'gemini-3.6-flash',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.88, 0.87, 0.87],
    tokensPerSecond: 180,
    prices: [
      flat({ input: '0.75', output: '3.75', cacheRead: '0.075' }),
      flat({ input: '1.5', output: '7.5', cacheRead: '0.15' }, END_OF_INTRODUCTION),
    ],
  },
  {
    model: 'gemini-3.5-flash',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.87, 0.86, 0.86],
    tokensPerSecond: 170,
    prices: [flat({ input: '1.5', output: '9', cacheRead: '0.15' })],
  },
  {
    model: 'gemini-3.5-flash-lite',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.78, 0.74, 0.74],
    tokensPerSecond: 260,
    prices: [flat({ input: '0.3', output: '2.5', cacheRead: '0.03' })],
  },
  {
    model: 'gemini-3.1-pro-preview',
    contextTokens: 1_048_576,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.92, 0.91, 0.93],
    tokensPerSecond: 100,
    prices: [
      tiered(
        { input: '2', output: '12', cacheRead: '0.2' },
        { input: '4', output: '18', cacheRead: '0.4' },
        LONG_INPUT_TOKENS,
      ),
    ],
  },
  {
    model: 'gemini-3.1-flash-lite',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.75, 0.71, 0.7],
    tokensPerSecond: 280,
    prices: [flat({ input: '0.25', output: '1.5', cacheRead: '0.025', audioInput: '0.5' })],
  },
  {
    model: 'gemini-3-flash-preview',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    quality: [0.86, 0.85, 0.85],
    tokensPerSecond: 180,
    prices: [flat({ input: '0.5', output: '3', cacheRead: '0.05', audioInput: '1' })],
  },
  {
    model: 'gemini-2.5-pro',
    contextTokens: 1_048_576,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    reasoningControl: 'budget',
    quality: [0.87, 0.86, 0.88],
    tokensPerSecond: 110,
    prices: [
      tiered(
        { input: '1.25', output: '10', cacheRead: '0.125' },
        { input: '2.5', output: '15', cacheRead: '0.25' },
        LONG_INPUT_TOKENS,
      ),
    ],
  },
  {
    model: 'gemini-2.5-flash',
    contextTokens: 1_048_576,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    reasoningControl: 'budget',
    quality: [0.78, 0.75, 0.76],
    tokensPerSecond: 220,
    prices: [flat({ input: '0.3', output: '2.5', cacheRead: '0.03', audioInput: '1' })],
  },
  {
    model: 'gemini-2.5-flash-lite',
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    capabilities: GEMINI,
    reasoningControl: 'budget',
    quality: [0.68, 0.62, 0.62],
    tokensPerSecond: 320,
    prices: [flat({ input: '0.1', output: '0.4', cacheRead: '0.01', audioInput: '0.3' })],
  },
]);
