/**
 * Tokens in disjoint buckets: their sum is what the vendor bills, each at its own price.
 * All counts are non-negative integers.
 */
export interface TokenUsage {
  readonly inputUncached: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly audioInput: number;
  readonly imageInput: number;
  readonly outputText: number;
  readonly reasoning: number;
  readonly audioOutput: number;
  readonly imageOutput: number;
}

export const USAGE_BUCKETS = [
  'inputUncached',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
  'outputText',
  'reasoning',
  'audioOutput',
  'imageOutput',
] as const satisfies readonly (keyof TokenUsage)[];

export type UsageBucket = (typeof USAGE_BUCKETS)[number];

export const NO_USAGE: TokenUsage = {
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  audioInput: 0,
  imageInput: 0,
  outputText: 0,
  reasoning: 0,
  audioOutput: 0,
  imageOutput: 0,
};

/** Everything that counts as prompt, the cache included: OpenAI's `prompt_tokens`. */
export function inputTokensOf(usage: TokenUsage): number {
  return (
    usage.inputUncached +
    usage.cacheRead +
    usage.cacheWrite5m +
    usage.cacheWrite1h +
    usage.audioInput +
    usage.imageInput
  );
}

/** Everything that counts as answer, reasoning included: OpenAI's `completion_tokens`. */
export function outputTokensOf(usage: TokenUsage): number {
  return usage.outputText + usage.reasoning + usage.audioOutput + usage.imageOutput;
}

/** The buckets of two calls together. */
export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  const sum: Record<UsageBucket, number> = { ...one };
  for (const bucket of USAGE_BUCKETS) sum[bucket] += other[bucket];
  return sum;
}
