import type { JsonObject } from '../../common/json';
import type { ChatChoice, ChatResult } from '../../llm/chat-result';
import type { ContentPart, ToolCallPart } from '../../llm/content-part';
import type { TokenUsage } from '../../llm/token-usage';
import { toOpenAiUsage } from './to-openai-usage';

/** Writes a vendor's answer as an OpenAI chat completion with the router's own metadata beside it. */
export function toChatCompletion(
  result: ChatResult,
  usage: TokenUsage,
  routerMetadata: JsonObject,
): JsonObject {
  return {
    ...result.extensions,
    id: result.id,
    object: 'chat.completion',
    created: result.created,
    model: result.model,
    choices: result.choices.map(toChoice),
    usage: toOpenAiUsage(usage),
    ...(result.serviceTier !== undefined && { service_tier: result.serviceTier }),
    ...(result.systemFingerprint !== undefined && { system_fingerprint: result.systemFingerprint }),
    router_metadata: routerMetadata,
  };
}

function toChoice(choice: ChatChoice): JsonObject {
  return {
    index: choice.index,
    message: toMessage(choice),
    logprobs: choice.logprobs ?? null,
    finish_reason: choice.finishReason,
    ...(choice.nativeFinishReason !== undefined && { native_finish_reason: choice.nativeFinishReason }),
  };
}

function toMessage(choice: ChatChoice): JsonObject {
  const calls = choice.content.filter((part) => part.type === 'tool-call');
  const reasoning = joinText(choice.content, 'reasoning');
  return {
    ...choice.extensions,
    role: 'assistant',
    content: joinText(choice.content, 'text') ?? null,
    refusal: joinText(choice.content, 'refusal') ?? null,
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls.map(toToolCall) }),
  };
}

function joinText(parts: readonly ContentPart[], type: 'text' | 'refusal' | 'reasoning'): string | undefined {
  let text: string | undefined;
  for (const part of parts) {
    if (part.type === type && 'text' in part && part.text !== undefined) text = (text ?? '') + part.text;
  }
  return text;
}

function toToolCall(call: ToolCallPart): JsonObject {
  const extra = call.vendorData && { extra_content: call.vendorData };
  if (call.kind === 'custom') {
    return { id: call.id, type: 'custom', custom: { name: call.name, input: call.arguments }, ...extra };
  }
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
    ...extra,
  };
}
