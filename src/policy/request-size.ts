import { isJsonObject } from '../common/json';
import type { ChatRequest } from '../llm/chat-request';
import type { ContentPart } from '../llm/content-part';

/** What a value costs beyond its characters. */
const FIXED = 16;

/** True when a request holds more than so many characters of text to inspect. Counts no further than that. */
export function holdsMoreTextThan(request: ChatRequest, limit: number): boolean {
  let left = limit;
  for (const { content, extensions, name } of request.messages) {
    left = afterParts(content, left - FIXED - lengthOf(name));
    if (extensions !== undefined) left = afterValue(extensions, left);
    if (left < 0) return true;
  }
  const { tools, responseFormat, stop, user, promptCacheKey, metadata, extensions } = request;
  for (const value of [tools, responseFormat, stop, user, promptCacheKey, metadata, extensions])
    if (value !== undefined) left = afterValue(value, left);
  return left < 0;
}

function afterParts(parts: readonly ContentPart[], limit: number): number {
  let left = limit;
  for (const part of parts) {
    if (left < 0) return left;
    left -= FIXED;
    if (part.type === 'text' || part.type === 'refusal') left -= part.text.length;
    else if (part.type === 'tool-result') left = afterParts(part.content, left);
    else left = afterOtherPart(part, left);
  }
  return left;
}

/** Bytes in base64 are not looked at and do not count. */
function afterOtherPart(part: ContentPart, left: number): number {
  switch (part.type) {
    case 'tool-call':
      return left - part.arguments.length;
    case 'audio':
      return left - lengthOf(part.transcript);
    case 'file':
      return left - lengthOf(part.context) - (part.source.kind === 'text' ? part.source.text.length : 0);
    case 'reasoning':
      return left - lengthOf(part.text) - (part.summary ?? []).reduce((sum, text) => sum + text.length, 0);
    case 'native':
      return afterValue(part.value, left);
    default:
      return left;
  }
}

/** Any JSON value; the fixed part ends the count for deep nesting as well. */
function afterValue(value: unknown, limit: number): number {
  if (typeof value === 'string') return limit - FIXED - value.length;
  let left = limit - FIXED;
  if (Array.isArray(value)) {
    for (const item of value) if (left >= 0) left = afterValue(item, left);
  } else if (isJsonObject(value)) {
    for (const name in value) if (left >= 0) left = afterValue(value[name], left);
  }
  return left;
}

function lengthOf(text: string | undefined): number {
  return text?.length ?? 0;
}
