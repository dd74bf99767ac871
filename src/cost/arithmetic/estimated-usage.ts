import { NO_USAGE, type TokenUsage } from '../../llm/token-usage';

/** English text averages four bytes a token; other scripts need fewer bytes per token but more bytes per character. */
const BYTES_PER_TOKEN = 4;

/** What reached us of an answer whose usage the vendor did not tell. */
export interface DeliveredAnswer {
  /** Upper bound of the prompt in tokens, as held. */
  readonly inputTokensBound: number;
  readonly textBytes: number;
  readonly reasoningBytes: number;
  /** Vendors send about one event per token, so events bound the tokens from below. */
  readonly textEvents: number;
  readonly reasoningEvents: number;
}

/** The most likely usage of a call without vendor usage; rows with it are marked `estimated`. */
export function estimateUsage(delivered: DeliveredAnswer): TokenUsage {
  return {
    ...NO_USAGE,
    inputUncached: Math.ceil(delivered.inputTokensBound / BYTES_PER_TOKEN),
    outputText: tokensOf(delivered.textBytes, delivered.textEvents),
    reasoning: tokensOf(delivered.reasoningBytes, delivered.reasoningEvents),
  };
}

function tokensOf(bytes: number, events: number): number {
  return Math.max(Math.ceil(bytes / BYTES_PER_TOKEN), bytes === 0 ? 0 : events);
}
