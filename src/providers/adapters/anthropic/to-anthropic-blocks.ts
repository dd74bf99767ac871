import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type {
  ContentPart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../../llm/content-part';
import { isSameDialect, type MappingContext, type WireObject } from './mapping-context';
import { toFileBlock, toImageBlock } from './to-anthropic-media';
import { ANTHROPIC_VENDOR_DATA } from './vendor-data';

/** One content block; undefined when there is nothing to say, or, reported, when Anthropic has nothing like it. */
export function toBlock(part: ContentPart, context: MappingContext): WireObject | undefined {
  const block = blockOf(part, context);
  if (!part.cacheMark) return block;
  if (block && part.type !== 'reasoning') context.marks.set(block, part.cacheMark);
  else context.dropped.drop('cache_control', 'its part cannot carry a mark');
  return block;
}

function blockOf(part: ContentPart, context: MappingContext): WireObject | undefined {
  switch (part.type) {
    case 'text':
      return toTextBlock(part.text, context, part);
    case 'refusal':
      return toTextBlock(part.text, context);
    case 'image':
      return toImageBlock(part, context);
    case 'file':
      return toFileBlock(part, context);
    case 'audio':
      return left(context, 'messages.content', 'the provider takes no audio');
    case 'reasoning':
      return toThinkingBlock(part, context);
    case 'tool-call':
      return toToolUse(part, context);
    case 'tool-result':
      return toToolResult(part, context);
    case 'native':
      if (part.dialect === 'anthropic-messages') return { ...part.value };
      return left(context, 'messages.content', `a part that only ${part.dialect} knows`);
  }
}

/** Anthropic answers 400 to text without a visible character. */
function toTextBlock(text: string, context: MappingContext, part?: TextPart): WireObject | undefined {
  if (!/\S/.test(text))
    return text === '' ? undefined : left(context, 'messages.content', 'text of white space alone');
  const citations = part?.citations
    ?.map((citation) => citation.native)
    .filter((native) => native !== undefined);
  return citations && citations.length > 0 && isSameDialect(context)
    ? { type: 'text', text, citations }
    : { type: 'text', text };
}

/** Thinking counts only with the vendor's signature; anybody else's is no thought of this model. */
function toThinkingBlock(part: ReasoningPart, context: MappingContext): WireObject | undefined {
  if (part.signature !== undefined)
    return { type: 'thinking', thinking: part.text ?? '', signature: part.signature };
  // An id marks the encrypted thinking of OpenAI.
  if (part.encrypted !== undefined && part.id === undefined)
    return { type: 'redacted_thinking', data: part.encrypted };
  return left(context, 'messages.reasoning_content', 'thinking without a signature of the provider');
}

function toToolUse(part: ToolCallPart, context: MappingContext): WireObject | undefined {
  const isServer = part.kind === 'server';
  if (isServer && !isSameDialect(context))
    return left(context, 'messages.tool_calls', 'a tool that another provider ran');
  return {
    type: isServer ? 'server_tool_use' : 'tool_use',
    id: context.ids.forCall(part.id),
    name: part.name,
    input: part.kind === 'custom' ? { input: part.arguments } : toInput(part.arguments, context),
    ...callerOf(part),
  };
}

/** Anthropic takes an object only; arguments that are none are kept as text inside one. */
function toInput(text: string, { dropped }: MappingContext): JsonObject {
  if (text.trim() === '') return {};
  const input = parseJson(text);
  if (isJsonObject(input)) return input;
  dropped.add('messages.tool_calls', 'rewritten', 'arguments that are no JSON object');
  return { arguments: text };
}

/** A call that code of the model made says so, and must go on saying so. */
function callerOf(part: ToolCallPart): JsonObject | undefined {
  const data = part.vendorData?.[ANTHROPIC_VENDOR_DATA];
  if (!data) return undefined;
  return {
    ...(isJsonObject(data['caller']) && { caller: data['caller'] }),
    ...(typeof data['toolset_name'] === 'string' && { toolset_name: data['toolset_name'] }),
  };
}

function toToolResult(part: ToolResultPart, context: MappingContext): WireObject {
  const blocks = part.content.map((item) => toBlock(item, context)).filter((block) => block !== undefined);
  const [first] = part.content;
  const isPlain = part.content.length === 1 && first?.type === 'text' && !first.cacheMark;
  return {
    type: 'tool_result',
    tool_use_id: context.ids.forResult(part.toolCallId),
    ...(blocks.length > 0 && { content: isPlain ? first.text : blocks }),
    ...(part.isError === true && { is_error: true }),
  };
}

function left({ dropped }: MappingContext, name: string, detail: string): WireObject | undefined {
  dropped.drop(name, detail);
  return undefined;
}
