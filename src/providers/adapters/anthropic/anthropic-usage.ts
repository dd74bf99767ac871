import { isJsonObject, type JsonObject } from '../../../common/json';
import { NO_USAGE, type TokenUsage } from '../../../llm/token-usage';

/** More tokens than any call can have; a larger number is nonsense, not a bill. */
const MAX_TOKENS = 100_000_000;

/**
 * Anthropic's usage as disjoint buckets: its input excludes both cache counts already, its output includes
 * the thinking. Undefined when it is missing or makes no sense (negative, text, parts larger than the
 * whole, all zero): the caller then estimates.
 */
export function toTokenUsage(value: unknown): TokenUsage | undefined {
  const own = isJsonObject(value) ? bucketsOf(value) : undefined;
  if (!own || !isJsonObject(value)) return undefined;
  let usage = own;
  for (const entry of compactionsOf(value)) {
    const extra = bucketsOf(entry);
    if (!extra) return undefined;
    usage = sumOf(usage, extra);
  }
  return Object.values(usage).some((tokens: number) => tokens > 0) ? usage : undefined;
}

function bucketsOf(value: JsonObject): TokenUsage | undefined {
  const inputUncached = count(value['input_tokens']);
  const output = count(value['output_tokens']);
  const written = count(value['cache_creation_input_tokens'] ?? 0);
  const cacheRead = count(value['cache_read_input_tokens'] ?? 0);
  const reasoning = thinkingTokens(value['output_tokens_details']);
  if (inputUncached === undefined || output === undefined || written === undefined) return undefined;
  if (cacheRead === undefined || reasoning === undefined || reasoning > output) return undefined;
  const cacheWrite1h = Math.min(longLivedTokens(value['cache_creation']), written);
  return {
    ...NO_USAGE,
    inputUncached,
    cacheRead,
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    outputText: output - reasoning,
    reasoning,
  };
}

/** The split of what was written; without one, everything counts as short-lived. */
function longLivedTokens(value: unknown): number {
  return (isJsonObject(value) ? count(value['ephemeral_1h_input_tokens']) : undefined) ?? 0;
}

function thinkingTokens(value: unknown): number | undefined {
  return isJsonObject(value) ? count(value['thinking_tokens'] ?? 0) : 0;
}

/** Summaries of the conversation that the vendor made on the way; only their tokens are missing in the totals. */
function compactionsOf(value: JsonObject): readonly JsonObject[] {
  const { iterations } = value;
  if (!Array.isArray(iterations)) return [];
  return iterations.filter(isJsonObject).filter((entry) => entry['type'] === 'compaction');
}

function sumOf(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    ...a,
    inputUncached: a.inputUncached + b.inputUncached,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    outputText: a.outputText + b.outputText,
    reasoning: a.reasoning + b.reasoning,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS
    ? value
    : undefined;
}

/** How often the vendor ran tools of its own; billed per use, not per token. Undefined when it ran none. */
export function serverToolUse(usage: unknown): JsonObject | undefined {
  const found = isJsonObject(usage) ? usage['server_tool_use'] : undefined;
  if (!isJsonObject(found)) return undefined;
  return Object.values(found).some((uses) => typeof uses === 'number' && uses > 0) ? found : undefined;
}

/** The tier the answer was made in, by our name: it is the one that is billed. */
export function serviceTierOf(usage: unknown): string | undefined {
  const tier = isJsonObject(usage) ? usage['service_tier'] : undefined;
  if (typeof tier !== 'string' || tier === '') return undefined;
  return tier === 'standard' ? 'default' : tier;
}
