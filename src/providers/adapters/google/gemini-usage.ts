import { isJsonObject, type JsonObject } from '../../../common/json';
import type { TokenUsage } from '../../../llm/token-usage';

/** More tokens than any call can have; a larger number is nonsense, not a bill. */
const MAX_TOKENS = 100_000_000;

const COUNTS = [
  'promptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
] as const;

/**
 * Gemini's usage as disjoint buckets whose sum is `totalTokenCount`. Thoughts and tool results are
 * outside candidates and prompt, cached tokens inside the prompt; zeros are left out on the wire.
 * Undefined when it is missing or makes no sense: the caller then estimates.
 */
export function toTokenUsage(value: unknown): TokenUsage | undefined {
  if (!isJsonObject(value)) return undefined;
  const counts = COUNTS.map((name) => count(value[name]));
  if (counts.includes(undefined)) return undefined;
  const [prompt = 0, cacheRead = 0, candidates = 0, thoughts = 0, toolUse = 0, total = 0] = counts;
  if (prompt === 0 || cacheRead > prompt) return undefined;
  const input = modalitiesOf(value, {
    whole: 'promptTokensDetails',
    without: 'cacheTokensDetails',
    most: prompt - cacheRead,
  });
  const output = modalitiesOf(value, { whole: 'candidatesTokensDetails', most: candidates });
  const unlisted = total - prompt - candidates - thoughts - toolUse;
  return {
    inputUncached: prompt - cacheRead - input.audio - input.image + toolUse,
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    audioInput: input.audio,
    imageInput: input.image,
    outputText: candidates - output.audio - output.image,
    // What only the total knows has been thought: it is billed, and no other bucket can hold it.
    reasoning: thoughts + Math.max(0, unlisted),
    audioOutput: output.audio,
    imageOutput: output.image,
  };
}

interface Modalities {
  readonly audio: number;
  readonly image: number;
}

/** Sound and pictures of one side; none when their parts are larger than the whole. */
function modalitiesOf(
  usage: JsonObject,
  { whole, without, most }: { readonly whole: string; readonly without?: string; readonly most: number },
): Modalities {
  const cached = without === undefined ? undefined : usage[without];
  const audio = Math.max(0, tokensOf(usage[whole], 'AUDIO') - tokensOf(cached, 'AUDIO'));
  const image = Math.max(0, tokensOf(usage[whole], 'IMAGE') - tokensOf(cached, 'IMAGE'));
  return audio + image <= most ? { audio, image } : { audio: 0, image: 0 };
}

function tokensOf(details: unknown, modality: string): number {
  if (!Array.isArray(details)) return 0;
  let tokens = 0;
  for (const entry of details)
    if (isJsonObject(entry) && entry['modality'] === modality) tokens += count(entry['tokenCount']) ?? 0;
  return tokens;
}

function count(value: unknown): number | undefined {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS
    ? value
    : undefined;
}
