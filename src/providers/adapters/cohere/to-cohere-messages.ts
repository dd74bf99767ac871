import type { ChatMessage } from '../../../llm/chat-request';
import type { ContentPart, ImagePart, ToolCallPart, ToolResultPart } from '../../../llm/content-part';
import type { DroppedParameters } from '../../wire/dropped-parameters';

type WireObject = Record<string, unknown>;

/** Messages in Cohere's form. An assistant turn with tool calls says its words as `tool_plan`. */
export function toCohereMessages(
  messages: readonly ChatMessage[],
  dropped: DroppedParameters,
): readonly WireObject[] {
  return messages.flatMap((message) => toMessages(message, dropped));
}

function toMessages(message: ChatMessage, dropped: DroppedParameters): readonly WireObject[] {
  if (message.name !== undefined) dropped.drop('messages.name', 'the provider does not know it');
  for (const name in message.extensions) dropped.drop(`messages.${name}`, 'the provider does not know it');
  const results = message.content.filter((part) => part.type === 'tool-result');
  const wire = results.map((result) => toToolMessage(result, dropped));
  const rest = message.content.filter((part) => part.type !== 'tool-result');
  if (results.length > 0 && rest.length === 0) return wire;
  const said =
    message.role === 'assistant'
      ? toAssistant(rest, dropped)
      : { role: roleOf(message, dropped), content: toContent(rest, dropped) };
  return [...wire, said];
}

function roleOf(message: ChatMessage, dropped: DroppedParameters): string {
  if (message.role !== 'developer') return message.role;
  dropped.add('messages.role', 'rewritten', 'developer became system');
  return 'system';
}

function toAssistant(parts: readonly ContentPart[], dropped: DroppedParameters): WireObject {
  const calls = parts.filter((part) => part.type === 'tool-call');
  const thoughts = thoughtsIn(parts, dropped);
  const said = parts.filter((part) => part.type !== 'tool-call' && part.type !== 'reasoning');
  const content = toContent(said, dropped);
  if (calls.length > 0) {
    const plan = [thoughts, textIn(content)].filter((text) => text !== '').join('\n');
    return {
      role: 'assistant',
      tool_calls: calls.map(toToolCall),
      ...(plan !== '' && { tool_plan: plan }),
    };
  }
  if (thoughts === '') return { role: 'assistant', content };
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return { role: 'assistant', content: [{ type: 'thinking', thinking: thoughts }, ...blocks] };
}

function thoughtsIn(parts: readonly ContentPart[], dropped: DroppedParameters): string {
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  if (thoughts.some((part) => part.text === undefined))
    dropped.drop('messages.reasoning_content', 'thinking without text');
  return thoughts.map((part) => part.text ?? '').join('');
}

function textIn(content: string | readonly WireObject[]): string {
  if (typeof content === 'string') return content;
  return content.map(({ text }) => (typeof text === 'string' ? text : '')).join('\n');
}

function toContent(
  parts: readonly ContentPart[],
  dropped: DroppedParameters,
): string | readonly WireObject[] {
  const blocks = parts.map((part) => toBlock(part, dropped)).filter((block) => block !== undefined);
  const [only] = blocks;
  return blocks.length <= 1 && only?.['type'] !== 'image_url' ? textIn(blocks) : blocks;
}

function toBlock(part: ContentPart, dropped: DroppedParameters): WireObject | undefined {
  if (part.cacheMark) dropped.drop('cache_control', 'the provider caches by itself');
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'image':
      return toImage(part, dropped);
    case 'file':
      if (part.source.kind === 'text') return { type: 'text', text: part.source.text };
      dropped.drop('messages.content', 'a file that is not text');
      return undefined;
    case 'native':
      if (part.dialect === 'cohere') return { ...part.value };
      dropped.drop('messages.content', `a part that only ${part.dialect} knows`);
      return undefined;
    default:
      dropped.drop('messages.content', `a part of type ${part.type}`);
      return undefined;
  }
}

function toImage({ source, detail }: ImagePart, dropped: DroppedParameters): WireObject | undefined {
  if (source.kind === 'file-id') {
    dropped.drop('messages.content', 'an image given as file id');
    return undefined;
  }
  const url = source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
  return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } };
}

function toToolCall(part: ToolCallPart): WireObject {
  return { id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } };
}

function toToolMessage(part: ToolResultPart, dropped: DroppedParameters): WireObject {
  if (part.isError === true)
    dropped.drop('messages.content.is_error', 'the provider knows no failed tool results');
  const texts = part.content.filter((item) => item.type === 'text');
  if (texts.length < part.content.length)
    dropped.drop('messages.content', 'parts of a tool result that are not text');
  return { role: 'tool', tool_call_id: part.toolCallId, content: texts.map((item) => item.text).join('\n') };
}
