import type { ChatRequest } from '../../../llm/chat-request';
import type { ContentPart } from '../../../llm/content-part';
import { NO_USAGE, type TokenUsage } from '../../../llm/token-usage';
import type { DemoReply } from './demo-reply';
import { countDemoTokens } from './demo-tokens';

const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_MEDIA = 85;

/** What a demo call would be billed: a simple count that never exceeds the gateway's upper bound. */
export function demoUsage(request: ChatRequest, replies: readonly DemoReply[]): TokenUsage {
  let outputText = 0;
  let reasoning = 0;
  for (const reply of replies) {
    reasoning += reply.reasoning.length;
    outputText += reply.text.length;
    for (const call of reply.toolCalls) outputText += call.arguments.length;
  }
  return { ...NO_USAGE, inputUncached: inputTokens(request), outputText, reasoning };
}

function inputTokens(request: ChatRequest): number {
  let tokens = 0;
  for (const message of request.messages) {
    tokens += TOKENS_PER_MESSAGE;
    for (const part of message.content) tokens += tokensOfPart(part);
  }
  if (request.tools && request.tools.length > 0) tokens += countDemoTokens(JSON.stringify(request.tools));
  return tokens;
}

function tokensOfPart(part: ContentPart): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return countDemoTokens(part.text);
    case 'tool-call':
      return countDemoTokens(part.name) + countDemoTokens(part.arguments);
    case 'tool-result':
      return part.content.reduce((sum, inner) => sum + tokensOfPart(inner), 0);
    case 'image':
    case 'audio':
    case 'file':
      return TOKENS_PER_MEDIA;
    case 'reasoning':
    case 'native':
      return 0;
  }
}
