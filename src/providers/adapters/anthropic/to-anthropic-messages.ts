import type { ChatMessage } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';
import { isSameDialect, type MappingContext, type WireObject } from './mapping-context';
import { toBlock } from './to-anthropic-blocks';
import { carriedThinking, hasSignedThinking } from './vendor-data';

export interface AnthropicPrompt {
  readonly system: WireObject[];
  readonly messages: readonly WireObject[];
}

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: WireObject[];
  /** How many of the blocks are tool results; they come first. */
  results: number;
}

/**
 * The conversation in Anthropic's form: instructions apart, neighbours of one role merged, the results of
 * several tools in one user turn before anything else.
 */
export function toAnthropicPrompt(
  messages: readonly ChatMessage[],
  context: MappingContext,
): AnthropicPrompt {
  const { dropped } = context;
  const system = toSystem(messages, context);
  const turns: Turn[] = [];
  for (const message of messages) {
    reportUnknown(message, context);
    if (!isInstruction(message)) appendTo(turns, message, context);
  }
  if (turns.length === 0 && system.length > 0) {
    dropped.add('messages.role', 'rewritten', 'instructions without a question became the question');
    return { system: [], messages: [{ role: 'user', content: system }] };
  }
  trimPrefill(turns.at(-1), context);
  return { system, messages: turns.map(toWire) };
}

function isInstruction({ role }: ChatMessage): boolean {
  return role === 'system' || role === 'developer';
}

function reportUnknown(message: ChatMessage, { dropped }: MappingContext): void {
  if (message.name !== undefined && message.role !== 'tool')
    dropped.drop('messages.name', 'the provider knows no names');
  for (const name in message.extensions) dropped.drop(`messages.${name}`, 'the provider does not know it');
}

/** Every instruction, in order. One from the middle of the conversation moves to its front, which is reported. */
function toSystem(messages: readonly ChatMessage[], context: MappingContext): WireObject[] {
  const system: WireObject[] = [];
  let hasTurn = false;
  for (const message of messages) {
    if (!isInstruction(message)) {
      hasTurn = true;
      continue;
    }
    if (hasTurn) context.dropped.add('messages.role', 'rewritten', 'a later instruction moved to the front');
    for (const part of message.content) {
      const block = isText(part) || isNative(part) ? toBlock(part, context) : undefined;
      if (block) system.push(block);
      else if (!isText(part)) context.dropped.drop('messages.content', `a part of type ${part.type}`);
    }
  }
  return system;
}

function isText(part: ContentPart): boolean {
  return part.type === 'text' || part.type === 'refusal';
}

function isNative(part: ContentPart): boolean {
  return part.type === 'native' && part.dialect === 'anthropic-messages';
}

function appendTo(turns: Turn[], message: ChatMessage, context: MappingContext): void {
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  const blocks = blocksOf(message, context);
  if (blocks.length === 0) return;
  let turn = turns.at(-1);
  if (turn?.role !== role) turns.push((turn = { role, blocks: [], results: 0 }));
  for (const block of blocks) {
    if (role === 'user' && block['type'] === 'tool_result') turn.blocks.splice(turn.results++, 0, block);
    else turn.blocks.push(block);
  }
}

function blocksOf(message: ChatMessage, context: MappingContext): WireObject[] {
  const blocks: WireObject[] = [];
  const carried = hasSignedThinking(message) ? [] : carriedThinking(message);
  for (const block of carried) blocks.push({ ...block });
  for (const part of message.content) {
    // The carried blocks hold this text as well, with its signature.
    if (carried.length > 0 && part.type === 'reasoning') continue;
    const block = toBlock(part, context);
    if (block) blocks.push(block);
  }
  return blocks;
}

/** A last assistant turn is continued by the model, and refused when it ends in white space. */
function trimPrefill(last: Turn | undefined, context: MappingContext): void {
  const block = last?.role === 'assistant' ? last.blocks.at(-1) : undefined;
  const text = block?.['text'];
  if (!block || typeof text !== 'string' || isSameDialect(context)) return;
  const trimmed = text.trimEnd();
  if (trimmed === text) return;
  block['text'] = trimmed;
  context.dropped.add('messages.content', 'rewritten', 'white space at the end of the last message');
}

/** A turn that is one plain text is written as a text: it is the commonest, and the shortest that way. */
function toWire({ role, blocks }: Turn): WireObject {
  const [first] = blocks;
  const isPlain = blocks.length === 1 && first?.['type'] === 'text' && Object.keys(first).length === 2;
  return { role, content: isPlain ? first['text'] : blocks };
}
