import type { FinishReason } from '../../../llm/chat-result';
import { ProviderError } from '../../../llm/provider-error';

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  MODEL_ARMOR: 'content_filter',
  JAILBREAK: 'content_filter',
};
/** The model or the service failed; there is no answer. */
const FAILURES: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'NO_IMAGE',
  'LANGUAGE',
  'OTHER',
]);

/**
 * Why an answer ended. Gemini says STOP after tool calls too. A word we do not know counts as `stop`
 * (any new one about images as a filter); those that mean that there is no answer throw.
 */
export function toFinishReason(
  native: string,
  provider: string,
  answer: { readonly hasCalls: boolean },
): FinishReason {
  if (FAILURES.has(native)) throw failedAnswer(native, provider);
  const known = Object.hasOwn(FINISH_REASONS, native) ? FINISH_REASONS[native] : undefined;
  const reason = known ?? (native.startsWith('IMAGE_') ? 'content_filter' : 'stop');
  return reason === 'stop' && answer.hasCalls ? 'tool_calls' : reason;
}

function failedAnswer(native: string, provider: string): ProviderError {
  return new ProviderError({
    provider,
    kind: 'invalid_response',
    message: 'the model of the provider failed to give an answer',
    vendorCode: native,
    mayHaveBilled: true,
  });
}
