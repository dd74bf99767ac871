import type { ChatResult, FinishReason } from '../../../../src/llm/chat-result';
import type { ChatStreamEvent } from '../../../../src/llm/chat-stream-event';
import { NO_USAGE, type TokenUsage } from '../../../../src/llm/token-usage';
import type { AnswerCase } from './vendor-wire';

/** An answer as a client sees it, whole or streamed. */
export interface SeenAnswer {
  text: string;
  reasoning: string;
  refusal: string;
  calls: { id: string; name: string; arguments: string }[];
  finish: FinishReason | undefined;
  native: string | undefined;
  usage: TokenUsage | undefined;
}

const nothing = (): SeenAnswer => ({
  text: '',
  reasoning: '',
  refusal: '',
  calls: [],
  finish: undefined,
  native: undefined,
  usage: undefined,
});

/** What every vendor's answer to a case comes to. Text with characters of several bytes, so that cuts show. */
export const EXPECTED: Readonly<Record<AnswerCase, Partial<SeenAnswer>>> = {
  text: { text: 'Grüße aus Tromsø 🌍!', finish: 'stop', usage: usage({ inputUncached: 12, outputText: 7 }) },
  'tool call': {
    calls: [{ id: '', name: 'weather', arguments: '{"city":"Oslo"}' }],
    finish: 'tool_calls',
    usage: usage({ inputUncached: 40, outputText: 9 }),
  },
  'parallel tool calls': {
    calls: [
      { id: '', name: 'weather', arguments: '{"city":"Oslo"}' },
      { id: '', name: 'weather', arguments: '{"city":"Bergen"}' },
    ],
    finish: 'tool_calls',
    usage: usage({ inputUncached: 40, outputText: 18 }),
  },
  'tool call without arguments': {
    calls: [{ id: '', name: 'clock', arguments: '{}' }],
    finish: 'tool_calls',
    usage: usage({ inputUncached: 40, outputText: 6 }),
  },
  reasoning: {
    reasoning: 'Let me think.',
    text: 'Yes.',
    finish: 'stop',
    usage: usage({ inputUncached: 12, outputText: 3, reasoning: 20 }),
  },
  'output limit': { text: 'Once', finish: 'length', usage: usage({ inputUncached: 12, outputText: 1 }) },
  'stop sequence': { text: 'Once', finish: 'stop', usage: usage({ inputUncached: 12, outputText: 1 }) },
  'content filter': { finish: 'content_filter' },
  'cached prompt': {
    text: 'Once',
    finish: 'stop',
    usage: usage({ inputUncached: 22, cacheRead: 128, outputText: 1 }),
  },
  'no usage': { text: 'Once', finish: 'stop', usage: undefined },
};

function usage(buckets: Partial<TokenUsage>): TokenUsage {
  return { ...NO_USAGE, ...buckets };
}

export function seenInResult(result: ChatResult): SeenAnswer {
  const seen = nothing();
  const [choice] = result.choices;
  for (const part of choice?.content ?? []) {
    if (part.type === 'text') seen.text += part.text;
    else if (part.type === 'reasoning') seen.reasoning += part.text ?? '';
    else if (part.type === 'refusal') seen.refusal += part.text;
    else if (part.type === 'tool-call')
      seen.calls.push({ id: part.id, name: part.name, arguments: part.arguments });
  }
  return {
    ...seen,
    finish: choice?.finishReason,
    native: choice?.nativeFinishReason,
    usage: result.usage,
  };
}

/** Glues the events together and holds them to their contract: one start, calls announced once, one finish. */
export function seenInEvents(events: readonly ChatStreamEvent[]): SeenAnswer {
  const seen = nothing();
  expect(events.filter((event) => event.type === 'start')).toHaveLength(1);
  expect(events[0]?.type).toBe('start');
  expect(events.filter((event) => event.type === 'finish')).toHaveLength(1);
  for (const event of events) {
    if (event.type === 'text') seen.text += event.text;
    else if (event.type === 'reasoning') seen.reasoning += event.text ?? '';
    else if (event.type === 'refusal') seen.refusal += event.text;
    else if (event.type === 'tool-call-start') {
      expect(event.index).toBe(seen.calls.length);
      seen.calls.push({ id: event.id, name: event.name, arguments: '' });
    } else if (event.type === 'tool-call-delta') {
      const call = seen.calls[event.index];
      if (!call) throw new Error('arguments of a call that was never announced');
      call.arguments += event.arguments;
    } else if (event.type === 'finish') {
      seen.finish = event.reason;
      seen.native = event.nativeReason;
    } else if (event.type === 'usage') seen.usage = event.usage;
  }
  return seen;
}
