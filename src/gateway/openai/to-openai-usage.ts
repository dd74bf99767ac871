import type { JsonObject } from '../../common/json';
import { inputTokensOf, outputTokensOf, type TokenUsage } from '../../llm/token-usage';

/** Usage as OpenAI shows it: totals that include the cached and the reasoning tokens, with details beside. */
export function toOpenAiUsage(usage: TokenUsage): JsonObject {
  const promptTokens = inputTokensOf(usage);
  const completionTokens = outputTokensOf(usage);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
      audio_tokens: usage.audioInput,
      image_tokens: usage.imageInput,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: usage.audioOutput,
      image_tokens: usage.imageOutput,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
