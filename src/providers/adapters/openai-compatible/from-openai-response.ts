import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatChoice, ChatResult } from '../../../llm/chat-result';
import type { ContentPart } from '../../../llm/content-part';
import type { AnswerContext } from '../../wire/answer-context';
import { isReasonablyDeep } from '../../wire/json-depth';
import { invalidResponse } from '../../wire/transport-error';
import { toSpokenBlock } from './content-block';
import { toFinishReason } from './finish-reason';
import { toErrorInAnswer } from './openai-errors';
import { toTokenUsage } from './openai-usage';
import { toLogprobs } from './token-logprobs';

/** Members of an answer's message that have a place in our vocabulary, or say nothing. */
const KNOWN_MEMBERS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'tool_calls',
]);

/** Reads a whole answer. Unknown members travel on; what is not an answer at all throws a ProviderError. */
export function fromOpenAiResponse(text: string, context: AnswerContext): ChatResult {
  const answer = parseJson(text);
  if (!isJsonObject(answer))
    throw invalidResponse(context.provider, 'the answer of the provider is not a JSON object');
  if (answer['error'] !== undefined && answer['error'] !== null)
    throw toErrorInAnswer(context.provider, answer, 'nothing-yet');
  const { choices } = answer;
  if (!Array.isArray(choices) || choices.length === 0) {
    throw invalidResponse(context.provider, 'the answer of the provider has no choices');
  }
  return {
    id: textOr(answer['id'], context.attemptId),
    created: createdOf(answer['created'], context.nowMs),
    model: textOr(answer['model'], context.requestedModel),
    choices: choices.map((choice: unknown, index) => toChoice(choice, index, context.provider)),
    usage: toTokenUsage(answer['usage']),
    serviceTier: optionalText(answer['service_tier']),
    systemFingerprint: optionalText(answer['system_fingerprint']),
    vendorRequestId: context.vendorRequestId,
    droppedParameters: context.droppedParameters,
  };
}

function toChoice(value: unknown, position: number, provider: string): ChatChoice {
  const message = isJsonObject(value) ? value['message'] : undefined;
  if (!isJsonObject(value) || !isJsonObject(message)) {
    throw invalidResponse(provider, 'a choice of the answer has no message');
  }
  const native = optionalText(value['finish_reason']);
  if (native === 'error') throw toErrorInAnswer(provider, {}, 'begun');
  return {
    index: typeof value['index'] === 'number' && Number.isInteger(value['index']) ? value['index'] : position,
    content: toParts(message),
    finishReason: toFinishReason(native ?? 'stop'),
    nativeFinishReason: native,
    logprobs: objectIfSane(toLogprobs(value['logprobs']), provider),
    extensions: extensionsOf(message, provider),
  };
}

function toParts(message: JsonObject): readonly ContentPart[] {
  const parts: ContentPart[] = [];
  const thinking = optionalText(message['reasoning_content']) ?? optionalText(message['reasoning']);
  if (thinking) parts.push({ type: 'reasoning', text: thinking });
  appendContent(parts, message['content']);
  const refusal = optionalText(message['refusal']);
  if (refusal) parts.push({ type: 'refusal', text: refusal });
  if (Array.isArray(message['tool_calls'])) {
    message['tool_calls'].forEach((call: unknown, index) => appendToolCall(parts, call, index));
  }
  return parts;
}

/** Text, or the list of blocks some servers answer with. */
function appendContent(parts: ContentPart[], content: unknown): void {
  if (typeof content === 'string') {
    if (content !== '') parts.push({ type: 'text', text: content });
    return;
  }
  if (!Array.isArray(content)) return;
  for (const block of content) {
    const spoken = toSpokenBlock(block);
    if (spoken) parts.push(spoken);
  }
}

function appendToolCall(parts: ContentPart[], call: unknown, index: number): void {
  if (!isJsonObject(call)) return;
  const custom = isJsonObject(call['custom']) ? call['custom'] : undefined;
  const body = custom ?? call['function'];
  if (!isJsonObject(body)) return;
  parts.push({
    type: 'tool-call',
    id: textOr(call['id'], `call_${index}`),
    name: textOr(body['name'], ''),
    kind: custom ? 'custom' : 'function',
    arguments: argumentsOf(custom ? body['input'] : body['arguments'], custom !== undefined),
  });
}

/** Some servers send the arguments as an object, or nothing for a call without any. */
function argumentsOf(value: unknown, isCustom: boolean): string {
  if (isJsonObject(value)) return isReasonablyDeep(value) ? JSON.stringify(value) : '{}';
  const text = textOr(value, '');
  return text === '' && !isCustom ? '{}' : text;
}

function extensionsOf(message: JsonObject, provider: string): JsonObject | undefined {
  let kept: Record<string, unknown> | undefined;
  for (const name in message) {
    if (KNOWN_MEMBERS.has(name) || message[name] === null) continue;
    kept ??= {};
    kept[name] = message[name];
  }
  return objectIfSane(kept, provider);
}

function objectIfSane(value: unknown, provider: string): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  if (!isReasonablyDeep(value))
    throw invalidResponse(provider, 'the answer of the provider is nested too deep');
  return value;
}

function createdOf(value: unknown, nowMs: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
    ? value
    : Math.floor(nowMs / 1_000);
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textOr(value: unknown, fallback: string): string {
  return optionalText(value) ?? fallback;
}
