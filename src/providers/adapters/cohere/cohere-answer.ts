import { isJsonObject, type JsonObject } from '../../../common/json';
import type { FinishReason } from '../../../llm/chat-result';
import type { Citation } from '../../../llm/content-part';
import { isReasonablyDeep } from '../../wire/json-depth';

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
};
const FAILURES: ReadonlySet<string> = new Set(['ERROR', 'TIMEOUT']);

/** Undefined when the answer ended in a failure. A word we do not know counts as `stop`. */
export function toFinishReason(native: string): FinishReason | undefined {
  if (FAILURES.has(native)) return undefined;
  return (Object.hasOwn(FINISH_REASONS, native) ? FINISH_REASONS[native] : undefined) ?? 'stop';
}

/** A tool without parameters is called with nothing, or with the word `null`. */
export function toArguments(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === 'null' ? '{}' : text;
}

export function toCitation(value: unknown): Citation | undefined {
  if (!isJsonObject(value) || !isReasonablyDeep(value)) return undefined;
  const { text, start, end } = value;
  return {
    ...(typeof text === 'string' && { citedText: text }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
    native: value,
  };
}

/** Cohere's log probabilities, one item per piece of text, in OpenAI's form. */
export function toOpenAiLogprobs(value: unknown): JsonObject | undefined {
  const items = Array.isArray(value) ? value : [value];
  const content = items.filter(isJsonObject).map((item) => {
    const { text, logprobs } = item;
    return {
      token: typeof text === 'string' ? text : '',
      logprob: sumOf(logprobs),
      bytes: null,
      top_logprobs: [],
    };
  });
  return content.length === 0 ? undefined : { content };
}

/** A piece of several tokens is as likely as all of them together. */
function sumOf(values: unknown): number {
  if (!Array.isArray(values)) return 0;
  return values.reduce<number>((sum, value: unknown) => sum + (typeof value === 'number' ? value : 0), 0);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
