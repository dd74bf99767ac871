import { isJsonObject, type JsonObject } from '../../../common/json';
import type { Citation, ContentPart, TextPart, ToolCallPart } from '../../../llm/content-part';
import { isReasonablyDeep } from '../../wire/json-depth';
import type { AnthropicAnswerContext } from './answer-context';
import { ANTHROPIC_VENDOR_DATA } from './vendor-data';

/** The parts of an answer, in the order in which the model made them. */
export function fromBlocks(content: readonly unknown[], context: AnthropicAnswerContext): ContentPart[] {
  const parts: ContentPart[] = [];
  const thinking: JsonObject[] = [];
  for (const block of content) {
    if (!isJsonObject(block)) continue;
    if (isSignedThinking(block)) thinking.push(block);
    const part = fromBlock(block, context);
    if (part?.type === 'tool-call') parts.push(withThinking(part, thinking.splice(0), context));
    else if (part) parts.push(part);
  }
  return parts;
}

function fromBlock(block: JsonObject, context: AnthropicAnswerContext): ContentPart | undefined {
  switch (block['type']) {
    case 'text':
      return fromText(block);
    case 'thinking':
      return {
        type: 'reasoning',
        text: textOf(block['thinking']),
        ...(textOf(block['signature']) !== '' && { signature: textOf(block['signature']) }),
      };
    case 'redacted_thinking':
      return { type: 'reasoning', encrypted: textOf(block['data']) };
    case 'tool_use':
      return fromToolUse(block, context);
    default:
      return isReasonablyDeep(block)
        ? { type: 'native', dialect: 'anthropic-messages', value: block }
        : undefined;
  }
}

function fromText(block: JsonObject): TextPart | undefined {
  const text = textOf(block['text']);
  if (text === '') return undefined;
  const citations = Array.isArray(block['citations'])
    ? block['citations'].filter(isJsonObject).map(toCitation)
    : [];
  return { type: 'text', text, ...(citations.length > 0 && { citations }) };
}

function fromToolUse(block: JsonObject, context: AnthropicAnswerContext): ContentPart {
  const input = toArguments(block['input']);
  if (context.jsonTool !== undefined && block['name'] === context.jsonTool)
    return { type: 'text', text: input };
  const caller = toVendorData(block);
  return {
    type: 'tool-call',
    id: textOf(block['id']) || 'call_0',
    name: textOf(block['name']),
    kind: 'function',
    arguments: input,
    ...(caller && { vendorData: { [ANTHROPIC_VENDOR_DATA]: caller } }),
  };
}

/** Arguments as JSON text; `{}` for a call without any. */
export function toArguments(input: unknown): string {
  return isJsonObject(input) && isReasonablyDeep(input) ? JSON.stringify(input) : '{}';
}

/** What must come back with a call when something else than the model itself made it. */
export function toVendorData(block: JsonObject): JsonObject | undefined {
  const { caller, toolset_name: toolset } = block;
  const isIndirect = isJsonObject(caller) && caller['type'] !== 'direct' && isReasonablyDeep(caller);
  const isMember = typeof toolset === 'string' && toolset !== '';
  if (!isIndirect && !isMember) return undefined;
  return { ...(isIndirect && { caller }), ...(isMember && { toolset_name: toolset }) };
}

/**
 * Other dialects have no place for signed thinking, and the vendor wants it back in front of the call it
 * led to: the call carries it.
 */
function withThinking(
  part: ToolCallPart,
  blocks: readonly JsonObject[],
  { dialect }: AnthropicAnswerContext,
): ToolCallPart {
  if (blocks.length === 0 || dialect === 'anthropic-messages') return part;
  return { ...part, vendorData: carrying(part.vendorData?.[ANTHROPIC_VENDOR_DATA], blocks) };
}

/** Vendor data of a call that also carries the signed thinking before it. */
export function carrying(
  data: JsonObject | undefined,
  blocks: readonly JsonObject[],
): Readonly<Record<string, JsonObject>> {
  return { [ANTHROPIC_VENDOR_DATA]: { ...data, thinking_blocks: blocks } };
}

function isSignedThinking(block: JsonObject): boolean {
  return (
    (block['type'] === 'thinking' && textOf(block['signature']) !== '') ||
    block['type'] === 'redacted_thinking'
  );
}

export function toCitation(native: JsonObject): Citation {
  const start = native['start_char_index'] ?? native['start_page_number'] ?? native['start_block_index'];
  const end = native['end_char_index'] ?? native['end_page_number'] ?? native['end_block_index'];
  const title = native['title'] ?? native['document_title'];
  return {
    ...(typeof native['cited_text'] === 'string' && { citedText: native['cited_text'] }),
    ...(typeof title === 'string' && { title }),
    ...(typeof native['url'] === 'string' && { url: native['url'] }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
    ...(isReasonablyDeep(native) && { native }),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
