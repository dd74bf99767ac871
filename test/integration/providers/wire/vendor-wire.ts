import type { ProviderErrorKind } from '../../../../src/llm/provider-error';
import type { TokenUsage } from '../../../../src/llm/token-usage';

/** What a vendor may be asked for; the same question, and the same answer in our form, for all of them. */
export const ANSWER_CASES = [
  'text',
  'tool call',
  'parallel tool calls',
  'tool call without arguments',
  'reasoning',
  'output limit',
  'stop sequence',
  'content filter',
  'cached prompt',
  'no usage',
] as const;
export type AnswerCase = (typeof ANSWER_CASES)[number];

export const FAILURE_CASES = [
  'bad request',
  'prompt too long',
  'wrong key',
  'no credit',
  'unknown model',
  'rate limit',
  'overload',
  'server error',
] as const;
export type FailureCase = (typeof FAILURE_CASES)[number];

/** One answer in a vendor's words, in both forms. */
export interface WireAnswer {
  readonly whole: object;
  /** Bytes of the streamed form as text. */
  readonly stream: string;
  /** The buckets that differ from the case's usual ones. */
  readonly usage?: Partial<TokenUsage>;
  /** What the vendor calls the sum of what it bills. */
  readonly billedTotal?: number;
  readonly native: string;
}

export interface WireFailure {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly kind: ProviderErrorKind;
  readonly retryAfterMs?: number;
}

/** A vendor as its answers look on the wire; all of it written by us from its documentation. */
export interface VendorWire {
  readonly vendor: string;
  /** A model of the catalogue. */
  readonly model: string;
  readonly keyHeader: readonly [name: string, value: string];
  /** A case is missing where the vendor has nothing like it. */
  readonly answers: Readonly<Partial<Record<AnswerCase, WireAnswer>>>;
  readonly failures: Readonly<Partial<Record<FailureCase, WireFailure>>>;
  /** A stream that begins to answer and then reports an error. */
  readonly errorInStream: string;
}

/** Server-sent events from data, with the terminator when there is one. */
export function sse(data: readonly object[], terminator?: string): string {
  const lines = data.map((value) => `data: ${JSON.stringify(value)}\n\n`);
  return lines.join('') + (terminator === undefined ? '' : `data: ${terminator}\n\n`);
}

/** One event of a stream whose events say what they are. */
export type TypedEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** Server-sent events that carry their type as a name, too. */
export function namedSse(data: readonly TypedEvent[]): string {
  return data.map((value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`).join('');
}
