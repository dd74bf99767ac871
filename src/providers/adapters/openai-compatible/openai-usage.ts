import { isJsonObject, type JsonObject } from '../../../common/json';
import type { TokenUsage } from '../../../llm/token-usage';

/** More tokens than any call can have; a larger number is nonsense, not a bill. */
const MAX_TOKENS = 100_000_000;

/** Where one count may be found, in order: a member, or a member of its details. */
type Count = readonly (readonly [outer: string, inner?: string])[];

const INPUT_DETAILS = 'prompt_tokens_details';
const OUTPUT_DETAILS = 'completion_tokens_details';
/** The further places are those of Mistral, Together and LiteLLM. */
const INPUT_COUNTS: readonly Count[] = [
  [
    [INPUT_DETAILS, 'cached_tokens'],
    ['prompt_token_details', 'cached_tokens'],
    ['num_cached_tokens'],
    ['cached_tokens'],
    ['cache_read_input_tokens'],
  ],
  [
    [INPUT_DETAILS, 'cache_write_tokens'],
    [INPUT_DETAILS, 'cache_creation_tokens'],
    ['cache_creation_input_tokens'],
  ],
  [[INPUT_DETAILS, 'audio_tokens']],
  [[INPUT_DETAILS, 'image_tokens']],
];
const OUTPUT_COUNTS: readonly Count[] = [
  [[OUTPUT_DETAILS, 'reasoning_tokens']],
  [[OUTPUT_DETAILS, 'audio_tokens']],
  [[OUTPUT_DETAILS, 'image_tokens']],
];

/**
 * OpenAI's usage as disjoint buckets whose sum is the vendor's total. Undefined when it is missing or
 * makes no sense (negative, text, parts larger than the whole, all zero): the caller then estimates.
 */
export function toTokenUsage(value: unknown): TokenUsage | undefined {
  if (!isJsonObject(value)) return undefined;
  const prompt = count(value['prompt_tokens']);
  const completion = count(value['completion_tokens']);
  const input = countsIn(value, INPUT_COUNTS);
  const output = countsIn(value, OUTPUT_COUNTS);
  if (prompt === undefined || completion === undefined || !input || !output) return undefined;
  if (prompt + completion === 0) return undefined;
  const [cacheRead = 0, cacheWrite5m = 0, audioInput = 0, imageInput = 0] = input;
  const [reasoning = 0, audioOutput = 0, imageOutput = 0] = output;
  const outside = reasoningOutside(value, prompt + completion);
  const inputUncached = prompt - cacheRead - cacheWrite5m - audioInput - imageInput;
  const outputText = completion - audioOutput - imageOutput - (outside > 0 ? 0 : reasoning);
  if (inputUncached < 0 || outputText < 0) return undefined;
  return {
    inputUncached,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h: 0,
    audioInput,
    imageInput,
    outputText,
    reasoning: outside > 0 ? outside : reasoning,
    audioOutput,
    imageOutput,
  };
}

/** Some servers count the thinking in the total only; what is missing there has been thought and is billed. */
function reasoningOutside(usage: JsonObject, sum: number): number {
  const total = count(usage['total_tokens']);
  return total !== undefined && total > sum ? total - sum : 0;
}

function countsIn(usage: JsonObject, counts: readonly Count[]): readonly number[] | undefined {
  const found: number[] = [];
  for (const places of counts) {
    const number = firstCount(usage, places);
    if (number === undefined) return undefined;
    found.push(number);
  }
  return found;
}

/** 0 when no place says anything; undefined when the first that does says nonsense. */
function firstCount(usage: JsonObject, places: Count): number | undefined {
  for (const [outer, inner] of places) {
    const value = usage[outer];
    if (value === undefined || value === null) continue;
    if (inner === undefined) return count(value);
    if (!isJsonObject(value)) return undefined;
    const nested = value[inner];
    if (nested !== undefined && nested !== null) return count(nested);
  }
  return 0;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS
    ? value
    : undefined;
}
