import type { Steps } from '../common/steps';
import type { ChatMessage, ChatRequest, ChatRole, ResponseFormat, ToolDefinition } from '../llm/chat-request';
import type { ContentPart, FilePart, MediaSource } from '../llm/content-part';
import { walkInSteps, type TextInspection, type TextInspectionInSteps } from './text-inspection';

/**
 * Inspects everything of a request that reaches a vendor as text and returns it redacted. Whatever holds
 * nothing keeps its identity, up to the whole request.
 */
export function inspectRequest(request: ChatRequest, look: TextInspection): ChatRequest {
  return changed(request, {
    messages: mapSame(request.messages, (message) => inspectMessage(message, look)),
    tools: request.tools && mapSame(request.tools, (tool) => inspectTool(tool, look)),
    ...inspectFields(request, look),
  });
}

/** The same in steps. */
export function* inspectRequestInSteps(
  request: ChatRequest,
  look: TextInspectionInSteps,
): Steps<ChatRequest> {
  const messages: ChatMessage[] = [];
  for (const message of request.messages)
    messages.push(yield* walkInSteps((walker) => inspectMessage(message, walker), look));
  const tools: ToolDefinition[] = [];
  for (const tool of request.tools ?? [])
    tools.push(yield* walkInSteps((walker) => inspectTool(tool, walker), look));
  return changed(request, {
    messages: sameOr(request.messages, messages),
    tools: request.tools && sameOr(request.tools, tools),
    ...(yield* walkInSteps((walker) => inspectFields(request, walker), look)),
  });
}

function inspectFields(request: ChatRequest, look: TextInspection): Partial<ChatRequest> {
  const { responseFormat, stop, user, promptCacheKey, metadata, extensions } = request;
  return {
    responseFormat: optional(responseFormat, (format) => inspectFormat(format, look)),
    stop: stop && mapSame(stop, (text) => look.text(text, 'user')),
    user: optional(user, (text) => look.text(text, 'user')),
    promptCacheKey: optional(promptCacheKey, (text) => look.text(text, 'user')),
    metadata: optional(metadata, (value) => look.json(value, 'user')),
    extensions: look.json(extensions, 'user'),
  };
}

function inspectFormat(format: ResponseFormat, look: TextInspection): ResponseFormat {
  if (format.type !== 'json_schema') return format;
  return changed(format, {
    description: optional(format.description, (text) => look.text(text, 'system')),
    schema: optional(format.schema, (schema) => look.json(schema, 'system')),
  });
}

function inspectMessage(message: ChatMessage, look: TextInspection): ChatMessage {
  const { role, name, extensions } = message;
  const content = mapSame(message.content, (part) => inspectPart(part, role, look));
  if (name === undefined && extensions === undefined)
    return content === message.content ? message : { ...message, content };
  return changed(message, {
    content,
    name: optional(name, (text) => look.text(text, role)),
    extensions: optional(extensions, (value) => look.json(value, role)),
  });
}

function inspectPart(part: ContentPart, role: ChatRole, look: TextInspection): ContentPart {
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const text = look.text(part.text, role);
      return text === part.text ? part : { ...part, text };
    }
    case 'image':
      return changed(part, { source: inspectSource(part.source, look) });
    case 'audio':
      return changed(part, { transcript: optional(part.transcript, (text) => look.text(text, role)) });
    case 'file':
      return inspectFile(part, role, look);
    case 'reasoning':
      // Signed or encrypted thinking must go back unchanged to the vendor it came from.
      if (part.signature !== undefined || part.encrypted !== undefined) return part;
      return changed(part, {
        text: optional(part.text, (text) => look.text(text, role)),
        summary: part.summary && mapSame(part.summary, (text) => look.text(text, role)),
      });
    case 'tool-call':
      return changed(part, { arguments: look.jsonText(part.arguments, role) });
    case 'tool-result':
      return changed(part, {
        content: mapSame(part.content, (inner) => inspectToolResult(inner, look)),
      });
    case 'native':
      return changed(part, { value: look.json(part.value, role) });
  }
}

/** Tools mostly answer in JSON; a placeholder must not break it. */
function inspectToolResult(part: ContentPart, look: TextInspection): ContentPart {
  if (part.type !== 'text') return inspectPart(part, 'tool', look);
  return changed(part, { text: look.jsonText(part.text, 'tool') });
}

function inspectFile(part: FilePart, role: ChatRole, look: TextInspection): FilePart {
  const { source } = part;
  const text = (value: string): string => look.text(value, role);
  return changed(part, {
    source:
      source.kind === 'text' ? changed(source, { text: text(source.text) }) : inspectSource(source, look),
    filename: optional(part.filename, text),
    title: optional(part.title, text),
    context: optional(part.context, text),
  });
}

/** A link with an address or token in it is no longer usable, which is better than leaking it; bytes are not text. */
function inspectSource(source: MediaSource, look: TextInspection): MediaSource {
  if (source.kind !== 'url' || !source.url.includes('@')) return source;
  return changed(source, { url: look.text(source.url, 'user') });
}

function inspectTool(tool: ToolDefinition, look: TextInspection): ToolDefinition {
  if (tool.kind === 'native') return changed(tool, { value: look.json(tool.value, 'system') });
  const description = optional(tool.description, (text) => look.text(text, 'system'));
  if (tool.kind === 'custom') return changed(tool, { description });
  return changed(tool, {
    description,
    parameters: optional(tool.parameters, (schema) => look.json(schema, 'system')),
  });
}

function optional<T>(value: T | undefined, inspect: (value: T) => T): T | undefined {
  return value === undefined ? undefined : inspect(value);
}

function mapSame<T>(items: readonly T[], inspect: (item: T) => T): readonly T[] {
  let seen: T[] | undefined;
  let i = 0;
  for (const item of items) {
    const value = inspect(item);
    if (value !== item) (seen ??= [...items])[i] = value;
    i++;
  }
  return seen ?? items;
}

function sameOr<T>(items: readonly T[], seen: readonly T[]): readonly T[] {
  return seen.some((item, i) => item !== items[i]) ? seen : items;
}

/** A copy with the changes, or the value itself when they change nothing. */
function changed<T extends object>(value: T, changes: Partial<T>): T {
  const real = changesOf(value, changes);
  return real === undefined ? value : { ...value, ...real };
}

function changesOf<T extends object>(value: T, changes: Partial<T>): Partial<T> | undefined {
  let real: Partial<T> | undefined;
  for (const name in changes) {
    if (changes[name] === value[name]) continue;
    real ??= {};
    real[name] = changes[name];
  }
  return real;
}
