import { isJsonObject, type JsonObject } from '../../../common/json';
import type { ChatMessage } from '../../../llm/chat-request';

/** Our entry in the vendor data of a part. */
export const ANTHROPIC_VENDOR_DATA = 'anthropic';

/**
 * Signed thinking that a client of another dialect carries for us on a tool call, as blocks to be sent
 * back before the call. It is the client's text by now, so only what a thinking block consists of is taken.
 */
export function carriedThinking(message: ChatMessage): readonly JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const part of message.content) {
    const carried =
      part.type === 'tool-call' ? part.vendorData?.[ANTHROPIC_VENDOR_DATA]?.['thinking_blocks'] : undefined;
    if (Array.isArray(carried)) for (const item of carried) blocks.push(...thinkingBlock(item));
  }
  return blocks;
}

function thinkingBlock(value: unknown): readonly JsonObject[] {
  if (!isJsonObject(value)) return [];
  const { type, thinking, signature, data } = value;
  if (type === 'thinking' && typeof thinking === 'string' && typeof signature === 'string')
    return [{ type, thinking, signature }];
  return type === 'redacted_thinking' && typeof data === 'string' ? [{ type, data }] : [];
}

/** True when a message shows thinking that Anthropic has signed. */
export function hasSignedThinking(message: ChatMessage): boolean {
  return message.content.some(
    (part) =>
      part.type === 'reasoning' &&
      (part.signature !== undefined || (part.encrypted !== undefined && part.id === undefined)),
  );
}
