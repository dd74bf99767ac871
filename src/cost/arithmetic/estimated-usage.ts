import { NO_USAGE, type TokenUsage } from '../../llm/token-usage';

/** What reached us of an answer whose usage the vendor did not tell. */
export interface DeliveredAnswer {
  /** The likely number of prompt tokens. */
  readonly inputTokens: number;
  /** The likely number of tokens of the text that was delivered. */
  readonly textTokens: number;
  readonly reasoningTokens: number;
  /** Vendors send about one event per token, so events bound the tokens from below. */
  readonly textEvents: number;
  readonly reasoningEvents: number;
}

/** The most likely usage of a call without vendor usage; rows with it are marked `estimated`. */
export function estimateUsage(delivered: DeliveredAnswer): TokenUsage {
  return {
    ...NO_USAGE,
    inputUncached: delivered.inputTokens,
    outputText: Math.max(Math.ceil(delivered.textTokens), delivered.textEvents),
    reasoning: Math.max(Math.ceil(delivered.reasoningTokens), delivered.reasoningEvents),
  };
}

/** What the answer had at least: no event that carried something carried less than one token. The prompt may all have been cached, so nothing is sure of it. */
export function leastUsage(delivered: Pick<DeliveredAnswer, 'textEvents' | 'reasoningEvents'>): TokenUsage {
  return { ...NO_USAGE, outputText: delivered.textEvents, reasoning: delivered.reasoningEvents };
}
