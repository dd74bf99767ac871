import { createHash } from 'node:crypto';
import type { ChatMessage, ChatRequest } from '../../llm/chat-request';
import { textOfMessage } from '../../llm/message-text';

/** Of a long message this many characters from each end tell it apart from others, so that a megabyte costs no more than a page. */
const EDGE_CHARACTERS = 512;
/** Vendors cache prompts from about a thousand tokens on; shorter instructions are not worth remembering. */
const LONG_INSTRUCTIONS = 4_000;

/** Names under which the answerer of earlier requests with the same beginning is remembered; the surest first. */
export function keysToFind(request: ChatRequest, scope: string, session: string | undefined): string[] {
  const keys: string[] = [];
  if (session !== undefined) keys.push(keyOf(scope, 'session', session));
  const lastAnswer = request.messages.findLastIndex(({ role }) => role === 'assistant');
  if (lastAnswer > 0) keys.push(conversationKey(scope, request.messages.slice(0, lastAnswer)));
  const instructions = instructionsKey(request, scope);
  if (instructions !== undefined) keys.push(instructions);
  return keys;
}

/** Names under which the answerer of this request is remembered. */
export function keysToRemember(request: ChatRequest, scope: string, session: string | undefined): string[] {
  const keys = [conversationKey(scope, request.messages)];
  if (session !== undefined) keys.push(keyOf(scope, 'session', session));
  const instructions = instructionsKey(request, scope);
  if (instructions !== undefined) keys.push(instructions);
  return keys;
}

function instructionsKey({ messages }: ChatRequest, scope: string): string | undefined {
  const [first] = messages;
  if (!first || (first.role !== 'system' && first.role !== 'developer')) return undefined;
  return textOfMessage(first).length < LONG_INSTRUCTIONS ? undefined : conversationKey(scope, [first]);
}

function conversationKey(scope: string, messages: readonly ChatMessage[]): string {
  const hash = createHash('sha256').update(scope);
  for (const message of messages) {
    const text = textOfMessage(message);
    hash.update(`\0${message.role}\0${text.length}\0${text.slice(0, EDGE_CHARACTERS)}`);
    if (text.length > EDGE_CHARACTERS) hash.update(text.slice(-EDGE_CHARACTERS));
  }
  return hash.digest('base64url');
}

function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
