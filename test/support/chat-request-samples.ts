import type { ChatMessage, ChatRequest } from '../../src/llm/chat-request';

/** A chat request with one user message, or with the messages given; everything else at its default. */
export function chatRequest(
  content: string | readonly ChatMessage[],
  overrides: Partial<ChatRequest> = {},
): ChatRequest {
  return {
    dialect: 'openai-chat',
    model: undefined,
    messages:
      typeof content === 'string' ? [{ role: 'user', content: [{ type: 'text', text: content }] }] : content,
    sampling: {},
    choiceCount: 1,
    stream: false,
    includeUsage: false,
    extensions: {},
    ...overrides,
  };
}
