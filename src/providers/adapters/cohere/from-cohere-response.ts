import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatResult } from '../../../llm/chat-result';
import type { Citation, ContentPart } from '../../../llm/content-part';
import type { AnswerContext } from '../../wire/answer-context';
import { invalidResponse } from '../../wire/transport-error';
import { textOf, toArguments, toCitation, toFinishReason, toOpenAiLogprobs } from './cohere-answer';
import { toCohereFailure } from './cohere-errors';
import { toCohereUsage } from './cohere-usage';

/** Reads a whole answer. What is not an answer at all throws a ProviderError. */
export function fromCohereResponse(text: string, context: AnswerContext): ChatResult {
  const answer = parseJson(text);
  const message = isJsonObject(answer) ? answer['message'] : undefined;
  if (!isJsonObject(answer) || !isJsonObject(message))
    throw invalidResponse(context.provider, 'the answer of the provider has no message');
  const native = textOf(answer['finish_reason']);
  const finishReason = toFinishReason(native);
  if (!finishReason) throw toCohereFailure(context.provider, native);
  return {
    id: textOf(answer['id']) || context.attemptId,
    created: Math.floor(context.nowMs / 1_000),
    // The answer does not name a model: the one that was asked for has answered.
    model: context.requestedModel,
    choices: [
      {
        index: 0,
        content: toParts(message),
        finishReason,
        nativeFinishReason: native || undefined,
        logprobs: answer['logprobs'] ? toOpenAiLogprobs(answer['logprobs']) : undefined,
      },
    ],
    usage: toCohereUsage(answer['usage']),
    vendorRequestId: context.vendorRequestId,
    droppedParameters: context.droppedParameters,
  };
}

function toParts(message: JsonObject): readonly ContentPart[] {
  const parts: ContentPart[] = [];
  const plan = textOf(message['tool_plan']);
  if (plan !== '') parts.push({ type: 'reasoning', text: plan });
  const citations = listOf(message['citations'])
    .map(toCitation)
    .filter((found) => found !== undefined);
  appendContent(parts, message['content'], citations);
  listOf(message['tool_calls']).forEach((call, index) => appendToolCall(parts, call, index));
  return parts;
}

function appendContent(parts: ContentPart[], content: unknown, citations: readonly Citation[]): void {
  const blocks = typeof content === 'string' ? [{ text: content }] : listOf(content).filter(isJsonObject);
  let cited = citations;
  for (const block of blocks) {
    const thinking = textOf(block['thinking']);
    const text = textOf(block['text']);
    if (thinking !== '') parts.push({ type: 'reasoning', text: thinking });
    if (text === '') continue;
    parts.push({ type: 'text', text, ...(cited.length > 0 && { citations: cited }) });
    cited = [];
  }
}

function appendToolCall(parts: ContentPart[], call: unknown, index: number): void {
  const body = isJsonObject(call) ? call['function'] : undefined;
  if (!isJsonObject(call) || !isJsonObject(body)) return;
  parts.push({
    type: 'tool-call',
    id: textOf(call['id']) || `call_${index}`,
    name: textOf(body['name']),
    kind: 'function',
    arguments: toArguments(textOf(body['arguments'])),
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
