import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatChoice, ChatResult } from '../../../llm/chat-result';
import { isReasonablyDeep } from '../../wire/json-depth';
import { invalidResponse } from '../../wire/transport-error';
import type { AnthropicAnswerContext } from './answer-context';
import { toAnthropicErrorInAnswer } from './anthropic-errors';
import { serverToolUse, serviceTierOf, toTokenUsage } from './anthropic-usage';
import { fromBlocks } from './from-anthropic-blocks';
import { refusalText, toFinishReason } from './stop-reason';

/** Members of a message that only clients of Anthropic's own dialect can make use of. */
const NATIVE_MEMBERS = ['stop_sequence', 'stop_details', 'container', 'diagnostics'];

/** Reads a whole answer. Unknown members travel on; what is not an answer at all throws a ProviderError. */
export function fromAnthropicResponse(text: string, context: AnthropicAnswerContext): ChatResult {
  const answer = parseJson(text);
  if (!isJsonObject(answer))
    throw invalidResponse(context.provider, 'the answer of the provider is not a JSON object');
  if (answer['type'] === 'error' || isJsonObject(answer['error']))
    throw toAnthropicErrorInAnswer(context.provider, answer, 'nothing-yet');
  const { content, usage } = answer;
  if (!Array.isArray(content))
    throw invalidResponse(context.provider, 'the answer of the provider has no content');
  const uses = serverToolUse(usage);
  return {
    id: optionalText(answer['id']) ?? context.attemptId,
    created: Math.floor(context.nowMs / 1_000),
    model: optionalText(answer['model']) ?? context.requestedModel,
    choices: [toChoice(answer, content, context)],
    usage: toTokenUsage(usage),
    serviceTier: serviceTierOf(usage),
    vendorRequestId: context.vendorRequestId,
    droppedParameters: context.droppedParameters,
    ...(uses && { extensions: { server_tool_use: uses } }),
  };
}

function toChoice(
  answer: JsonObject,
  content: readonly unknown[],
  context: AnthropicAnswerContext,
): ChatChoice {
  const parts = fromBlocks(content, context);
  const native = optionalText(answer['stop_reason']);
  const hasToolCalls = parts.some((part) => part.type === 'tool-call');
  if (native === 'refusal') parts.push({ type: 'refusal', text: refusalText(answer['stop_details']) });
  const extensions = nativeMembers(answer, context);
  return {
    index: 0,
    content: parts,
    finishReason: toFinishReason(native ?? 'end_turn', { hasToolCalls }),
    nativeFinishReason: native,
    ...(extensions && { extensions }),
  };
}

/** What says more about the end of a message than its reason; undefined when there is nothing, or nobody to read it. */
export function nativeMembers(
  message: JsonObject,
  { dialect }: AnthropicAnswerContext,
): JsonObject | undefined {
  if (dialect !== 'anthropic-messages') return undefined;
  let found: Record<string, unknown> | undefined;
  for (const name of NATIVE_MEMBERS) {
    const value = message[name];
    if (value !== undefined && value !== null && isReasonablyDeep(value)) (found ??= {})[name] = value;
  }
  return found;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
