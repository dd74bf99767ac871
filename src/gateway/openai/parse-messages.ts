import type { ChatMessage, ChatRole } from '../../llm/chat-request';
import type { ContentPart, ToolCallPart } from '../../llm/content-part';
import { parsePart } from './parse-content';
import { invalidField, type WireReader } from './wire-reader';

const COMMON_MEMBERS = ['role', 'content', 'name'];
const KNOWN_MEMBERS: ReadonlySet<string> = new Set(COMMON_MEMBERS);
const KNOWN_ASSISTANT_MEMBERS: ReadonlySet<string> = new Set([
  ...COMMON_MEMBERS,
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'audio',
]);
const KNOWN_TOOL_MEMBERS: ReadonlySet<string> = new Set([...COMMON_MEMBERS, 'tool_call_id']);
const CALL_MEMBERS: ReadonlySet<string> = new Set(['id', 'type', 'function', 'extra_content']);
const CUSTOM_CALL_MEMBERS: ReadonlySet<string> = new Set(['id', 'type', 'custom', 'extra_content']);
const FUNCTION_MEMBERS: ReadonlySet<string> = new Set(['name', 'arguments']);
const CUSTOM_MEMBERS: ReadonlySet<string> = new Set(['name', 'input']);
const AUDIO_MEMBERS: ReadonlySet<string> = new Set(['id']);

const ROLES: ReadonlyMap<unknown, ChatRole> = new Map<unknown, ChatRole>([
  ['system', 'system'],
  ['developer', 'developer'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
]);

/** Reads `messages`: at least one, each with a known role. */
export function parseMessages(reader: WireReader): readonly ChatMessage[] {
  const messages = reader.children('messages');
  if (!messages || messages.length === 0) throw invalidField('messages', 'at least one message is required');
  return messages.map(parseMessage);
}

function parseMessage(message: WireReader): ChatMessage {
  const role = ROLES.get(message.source['role']);
  if (!role) throw invalidField(message.path('role'), `expected one of ${[...ROLES.keys()].join(', ')}`);
  const name = message.text('name');
  const extensions = message.rest(knownMembersOf(role));
  return {
    role,
    content: contentOf(message, role),
    ...(typeof message.source['content'] === 'string' && { plainText: true }),
    ...(name !== undefined && { name }),
    ...(extensions && { extensions }),
  };
}

function knownMembersOf(role: ChatRole): ReadonlySet<string> {
  if (role === 'assistant') return KNOWN_ASSISTANT_MEMBERS;
  return role === 'tool' ? KNOWN_TOOL_MEMBERS : KNOWN_MEMBERS;
}

function contentOf(message: WireReader, role: ChatRole): readonly ContentPart[] {
  if (role === 'tool') return [toolResultOf(message)];
  const parts = contentParts(message);
  if (role === 'assistant') return withAssistantParts(message, parts);
  if (parts.length === 0) throw invalidField(message.path('content'), 'content is required');
  return parts;
}

function contentParts(message: WireReader): readonly ContentPart[] {
  const content = message.source['content'];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return message.children('content')?.map(parsePart) ?? [];
}

function toolResultOf(message: WireReader): ContentPart {
  const content = contentParts(message);
  const name = message.text('name');
  if (content.length === 0) throw invalidField(message.path('content'), 'content is required');
  // The deprecated role `function` has a name instead of a call id.
  const toolCallId =
    message.text('tool_call_id') ?? (message.source['role'] === 'function' ? name : undefined);
  if (toolCallId === undefined) throw invalidField(message.path('tool_call_id'), 'this string is required');
  return { type: 'tool-result', toolCallId, content, ...(name !== undefined && { name }) };
}

function withAssistantParts(message: WireReader, parts: readonly ContentPart[]): readonly ContentPart[] {
  const reasoning = message.text('reasoning_content');
  const refusal = message.text('refusal');
  const calls = [...(message.children('tool_calls')?.map(parseToolCall) ?? []), ...legacyCall(message)];
  const audioId = parseAudioId(message);
  if (reasoning === undefined && refusal === undefined && calls.length === 0 && audioId === undefined)
    return parts;
  const before: ContentPart[] = reasoning === undefined ? [] : [{ type: 'reasoning', text: reasoning }];
  const after: ContentPart[] = refusal === undefined ? [] : [{ type: 'refusal', text: refusal }];
  if (audioId !== undefined) after.push({ type: 'audio', source: { kind: 'response-id', id: audioId } });
  return [...before, ...parts, ...after, ...calls];
}

function parseAudioId(message: WireReader): string | undefined {
  const audio = message.child('audio');
  audio?.ignoreRest(AUDIO_MEMBERS);
  return audio?.requiredText('id');
}

function parseToolCall(call: WireReader): ToolCallPart {
  const isCustom = call.text('type') === 'custom';
  const target = call.requiredChild(isCustom ? 'custom' : 'function');
  const vendorData = vendorDataOf(call);
  call.ignoreRest(isCustom ? CUSTOM_CALL_MEMBERS : CALL_MEMBERS);
  target.ignoreRest(isCustom ? CUSTOM_MEMBERS : FUNCTION_MEMBERS);
  return {
    type: 'tool-call',
    kind: isCustom ? 'custom' : 'function',
    id: call.requiredText('id'),
    name: target.requiredText('name'),
    arguments: isCustom ? target.requiredText('input') : (target.text('arguments') ?? '{}'),
    ...(vendorData && { vendorData }),
  };
}

/** Google's compatibility layer, and ours, carry thought signatures in `extra_content.<vendor>`. */
function vendorDataOf(call: WireReader): ToolCallPart['vendorData'] {
  const extra = call.child('extra_content');
  if (!extra) return undefined;
  return Object.fromEntries(Object.keys(extra.source).map((vendor) => [vendor, extra.object(vendor) ?? {}]));
}

function legacyCall(message: WireReader): readonly ToolCallPart[] {
  const call = message.child('function_call');
  if (!call) return [];
  call.ignoreRest(FUNCTION_MEMBERS);
  const name = call.requiredText('name');
  return [{ type: 'tool-call', kind: 'function', id: name, name, arguments: call.text('arguments') ?? '{}' }];
}
