import type { FinishReason } from '../../../llm/chat-result';

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** A word we do not know counts as `stop`; the vendor's own word travels beside it. */
export function toFinishReason(native: string): FinishReason {
  return (Object.hasOwn(FINISH_REASONS, native) ? FINISH_REASONS[native] : undefined) ?? 'stop';
}
