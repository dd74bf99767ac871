import type { ChatMessage } from '../../../llm/chat-request';
import type {
  AudioPart,
  Base64Source,
  ContentPart,
  FilePart,
  ImagePart,
  MediaSource,
  ToolCallPart,
  ToolResultPart,
} from '../../../llm/content-part';
import type { DroppedParameters } from '../../wire/dropped-parameters';
import type { OpenAiWireProfile } from './wire-profile';

type WireObject = Record<string, unknown>;

/** Messages in OpenAI's form. Tool results that another dialect keeps inside a user turn become messages of their own. */
export function toOpenAiMessages(
  messages: readonly ChatMessage[],
  profile: OpenAiWireProfile,
  dropped: DroppedParameters,
): WireObject[] {
  const wire: WireObject[] = [];
  for (const message of messages) {
    const [first] = message.content;
    const isPlain = message.plainText === true && message.content.length === 1 && first?.type === 'text';
    if (isPlain && !message.extensions && !message.name) {
      wire.push({ role: roleOf(message, profile, dropped), content: first.text });
    } else {
      appendMessage(wire, message, { profile, dropped });
    }
  }
  return wire;
}

interface MappingContext {
  readonly profile: OpenAiWireProfile;
  readonly dropped: DroppedParameters;
}

function appendMessage(wire: WireObject[], message: ChatMessage, context: MappingContext): void {
  for (const name in message.extensions)
    context.dropped.drop(`messages.${name}`, 'the provider does not know it');
  const results = message.content.filter((part) => part.type === 'tool-result');
  for (const result of results) wire.push(toToolMessage(result, message, context.dropped));
  const rest = message.content.filter((part) => part.type !== 'tool-result');
  if (results.length > 0 && rest.length === 0) return;
  wire.push({
    role: roleOf(message, context.profile, context.dropped),
    ...nameOf(message, context),
    ...(message.role === 'assistant'
      ? assistantBody(rest, message, context)
      : userBody(rest, message, context)),
  });
}

function nameOf(message: ChatMessage, { profile, dropped }: MappingContext): WireObject {
  if (message.name === undefined) return {};
  if (profile.namelessMessages !== true) return { name: message.name };
  dropped.drop('messages.name', 'the provider does not know it');
  return {};
}

function roleOf(message: ChatMessage, profile: OpenAiWireProfile, dropped: DroppedParameters): string {
  if (message.role !== 'developer' || profile.developerRole) return message.role;
  dropped.add('messages.role', 'rewritten', 'developer became system');
  return 'system';
}

function userBody(parts: readonly ContentPart[], message: ChatMessage, context: MappingContext): WireObject {
  return { content: toContent(parts, message.plainText === true, context) };
}

/** An assistant turn keeps its calls, its refusal and the id of its spoken answer beside the content. */
function assistantBody(
  parts: readonly ContentPart[],
  message: ChatMessage,
  context: MappingContext,
): WireObject {
  const calls = parts.filter((part) => part.type === 'tool-call');
  const spoken = parts.find((part) => isSpoken(part) && !isUnreadable(part, context.profile));
  const said = parts.filter(
    (part) => part.type !== 'tool-call' && part.type !== 'reasoning' && part !== spoken,
  );
  const isPlainRefusal = message.plainText === true || said.length === 1;
  const refusal =
    isPlainRefusal && context.profile.plainRefusals !== true
      ? said.find((part) => part.type === 'refusal')
      : undefined;
  const shown = said.filter((part) => part !== refusal);
  const content = shown.length === 0 ? null : toContent(shown, message.plainText === true, context);
  return {
    ...withThinking(content, parts, context),
    ...(refusal && { refusal: refusal.text }),
    ...(spoken?.type === 'audio' &&
      spoken.source.kind === 'response-id' && { audio: { id: spoken.source.id } }),
    ...(calls.length > 0 && { tool_calls: calls.map(toToolCall) }),
  };
}

function isSpoken(part: ContentPart): boolean {
  return part.type === 'audio' && part.source.kind === 'response-id';
}

/** The content, and earlier thinking where the server wants it back; signatures belong to other vendors. */
function withThinking(
  content: string | WireObject[] | null,
  parts: readonly ContentPart[],
  { profile, dropped }: MappingContext,
): WireObject {
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  if (thoughts.length === 0) return { content };
  const text = thoughts.map((part) => part.text ?? '').join('');
  if (profile.reasoningMember === undefined || text === '') {
    dropped.drop('messages.reasoning_content');
    return { content };
  }
  if (profile.reasoningMember !== 'content') return { content, [profile.reasoningMember]: text };
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text }] };
  const said = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
  return { content: [thinking, ...said] };
}

function toContent(
  parts: readonly ContentPart[],
  asText: boolean,
  context: MappingContext,
): string | WireObject[] {
  const [first] = parts;
  if (asText && parts.length === 1 && first?.type === 'text') return first.text;
  const isPlainRefusal = first?.type === 'refusal' && context.profile.plainRefusals === true;
  if (parts.length === 1 && isPlainRefusal) return first.text;
  return parts.map((part) => toPart(part, context)).filter((part) => part !== undefined);
}

/** One content part; undefined when OpenAI has nothing like it. */
function toPart(part: ContentPart, { profile, dropped }: MappingContext): WireObject | undefined {
  if (part.cacheMark) dropped.drop('cache_control', 'the provider caches by itself');
  if (isUnreadable(part, profile)) {
    dropped.drop('messages.content', `a part of type ${part.type}`);
    return undefined;
  }
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'refusal':
      return profile.plainRefusals === true
        ? { type: 'text', text: part.text }
        : { type: 'refusal', refusal: part.text };
    case 'image':
      return toImage(part, dropped);
    case 'audio':
      return toAudio(part, dropped);
    case 'file':
      return toFile(part, profile, dropped);
    case 'native':
      if (part.dialect === 'openai-chat') return { ...part.value };
      dropped.drop('messages.content', `a part that only ${part.dialect} knows`);
      return undefined;
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      dropped.drop('messages.content', `a part of type ${part.type}`);
      return undefined;
  }
}

function isUnreadable(part: ContentPart, { media }: OpenAiWireProfile): boolean {
  if (part.type !== 'image' && part.type !== 'audio' && part.type !== 'file') return false;
  return media !== undefined && !media.has(part.type) && part.source.kind !== 'text';
}

function toImage(part: ImagePart, dropped: DroppedParameters): WireObject | undefined {
  const url = urlOf(part.source);
  if (url !== undefined)
    return {
      type: 'image_url',
      image_url: { url, ...(part.detail !== undefined && { detail: part.detail }) },
    };
  dropped.drop('messages.content', 'an image given as file id');
  return undefined;
}

function toAudio(part: AudioPart, dropped: DroppedParameters): WireObject | undefined {
  if (part.source.kind === 'base64') {
    const format = part.format ?? part.source.mediaType.replace(/^audio\//, '');
    return { type: 'input_audio', input_audio: { data: part.source.data, format } };
  }
  dropped.drop('messages.content', 'audio that is not inline');
  return undefined;
}

function toFile(
  part: FilePart,
  profile: OpenAiWireProfile,
  dropped: DroppedParameters,
): WireObject | undefined {
  const filename = part.filename === undefined ? {} : { filename: part.filename };
  const { source } = part;
  if (profile.documentUrls === true && (source.kind === 'url' || source.kind === 'base64')) {
    const name = part.filename === undefined ? {} : { document_name: part.filename };
    return { type: 'document_url', document_url: urlOf(source), ...name };
  }
  if (source.kind === 'file-id') return { type: 'file', file: { file_id: source.fileId, ...filename } };
  if (source.kind === 'base64') return { type: 'file', file: { file_data: dataUrl(source), ...filename } };
  if (source.kind === 'text') return { type: 'text', text: source.text };
  dropped.drop('messages.content', 'a file given as address');
  return undefined;
}

function urlOf(source: MediaSource): string | undefined {
  if (source.kind === 'url') return source.url;
  return source.kind === 'base64' ? dataUrl(source) : undefined;
}

function dataUrl(source: Base64Source): string {
  if (source.dataUrl !== undefined) return source.dataUrl;
  return source.mediaType === '' ? source.data : `data:${source.mediaType};base64,${source.data}`;
}

function toToolCall(part: ToolCallPart): WireObject {
  return part.kind === 'custom'
    ? { id: part.id, type: 'custom', custom: { name: part.name, input: part.arguments } }
    : { id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } };
}

function toToolMessage(part: ToolResultPart, message: ChatMessage, dropped: DroppedParameters): WireObject {
  if (part.isError === true)
    dropped.drop('messages.content.is_error', 'the provider knows no failed tool results');
  const texts = part.content.filter((item) => item.type === 'text');
  if (texts.length < part.content.length)
    dropped.drop('messages.content', 'parts of a tool result that are not text');
  const [only] = texts;
  const asText = texts.length <= 1 && (message.plainText === true || message.role !== 'tool');
  return {
    role: 'tool',
    tool_call_id: part.toolCallId,
    content: asText ? (only?.text ?? '') : texts.map((item) => ({ type: 'text', text: item.text })),
  };
}
