import { streamedAnswer, wholeAnswer, type AnswerInput, type VendorUsage } from './vendor-answer';

/** What a dialect is recognised by. */
export interface DialectCall {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How the fake vendor reads calls and writes answers of one vendor's wire format. */
export interface VendorDialect {
  matches(path: string): boolean;
  isStreamed(call: DialectCall): boolean;
  modelOf(call: DialectCall): string;
  choicesOf(call: DialectCall): number;
  /** What is billed for an answer; by default words of prompt and answer. */
  usage?(input: AnswerInput): VendorUsage;
  /** The body of an answer that is not streamed. */
  whole(input: AnswerInput): string;
  /** The data of each event of a streamed answer. */
  events(input: AnswerInput): readonly string[];
  /** The name of an event, for dialects that name them. */
  nameOf?(data: string): string | undefined;
  /** The body of a failure the script says nothing about. */
  failure(status: number): string;
}

/** OpenAI's, which is also what is spoken under every path nobody else claims. */
export const OPENAI_DIALECT: VendorDialect = {
  matches: () => true,
  isStreamed: ({ body }) => body['stream'] === true,
  modelOf: ({ body }) => (typeof body['model'] === 'string' ? body['model'] : 'unknown'),
  choicesOf: ({ body }) => (typeof body['n'] === 'number' ? body['n'] : 1),
  whole: wholeAnswer,
  events: streamedAnswer,
  failure: () =>
    JSON.stringify({ error: { message: 'fake failure', type: 'fake_error', param: null, code: null } }),
};
