import { isJsonObject } from '../../../common/json';
import type { FinishReason } from '../../../llm/chat-result';

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  // A long turn of the vendor's own tools: the client sends the answer back to have it continued.
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** A word we do not know counts as `stop`. A tool that only stood for the answer's form was no call. */
export function toFinishReason(native: string, options: { readonly hasToolCalls: boolean }): FinishReason {
  const reason = Object.hasOwn(FINISH_REASONS, native) ? FINISH_REASONS[native] : undefined;
  return reason === 'tool_calls' && !options.hasToolCalls ? 'stop' : (reason ?? 'stop');
}

/** Why the model declined, in the vendor's words where it has any. */
export function refusalText(stopDetails: unknown): string {
  const { explanation, category } = isJsonObject(stopDetails) ? stopDetails : {};
  if (typeof explanation === 'string' && explanation !== '') return explanation;
  return typeof category === 'string' && category !== ''
    ? `The provider declined to answer (${category}).`
    : 'The provider declined to answer.';
}
