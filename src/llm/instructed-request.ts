import type { ChatRequest } from './chat-request';

/** A question of our own to a language model: what it is to do, and the text it is to do it with. */
export interface InstructedQuestion {
  readonly instructions: string;
  /** Data, never instructions: say so in the instructions. */
  readonly text: string;
  /** In tokens. */
  readonly maxOutputTokens: number;
}

/** The same question always reads the same: one whole answer, at temperature 0. */
export function toInstructedRequest(question: InstructedQuestion): ChatRequest {
  const { instructions, text, maxOutputTokens } = question;
  return {
    dialect: 'openai-chat',
    model: undefined,
    messages: [
      { role: 'system', content: [{ type: 'text', text: instructions }], plainText: true },
      { role: 'user', content: [{ type: 'text', text }], plainText: true },
    ],
    sampling: { temperature: 0 },
    choiceCount: 1,
    maxOutputTokens,
    stream: false,
    includeUsage: false,
    extensions: {},
  };
}
