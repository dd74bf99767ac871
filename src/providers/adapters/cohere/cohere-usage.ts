import { isJsonObject } from '../../../common/json';
import { NO_USAGE, type TokenUsage } from '../../../llm/token-usage';

/** More tokens than any call can have; a larger number is nonsense, not a bill. */
const MAX_TOKENS = 100_000_000;

/**
 * What Cohere bills. Its `tokens` count templates and cached parts too and can be forty times as much,
 * so only `billed_units` count. Undefined when they are missing or make no sense.
 */
export function toCohereUsage(usage: unknown): TokenUsage | undefined {
  const billed = isJsonObject(usage) ? usage['billed_units'] : undefined;
  if (!isJsonObject(billed)) return undefined;
  const input = count(billed['input_tokens']);
  const output = count(billed['output_tokens']);
  if (input === undefined || output === undefined || input + output === 0) return undefined;
  return { ...NO_USAGE, inputUncached: input, outputText: output };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS
    ? value
    : undefined;
}
