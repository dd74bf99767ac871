import type { TypedEvent, VendorWire, WireAnswer } from './vendor-wire';
import { namedSse } from './vendor-wire';

interface Billed {
  readonly input: number;
  readonly output: number;
}

interface Call {
  readonly id: string;
  readonly name: string;
  /** Undefined: a call without any, which the whole answer spells `null`. */
  readonly arguments: string | undefined;
}

/** Templates and cached parts are counted, too, and are far more than what is billed. */
const usageOf = ({ input, output }: Billed): object => ({
  billed_units: { input_tokens: input, output_tokens: output },
  tokens: { input_tokens: input * 13 + 495, output_tokens: output + 51 },
  cached_tokens: 448,
});

const inMessage = (index: number, type: string, message: object): TypedEvent => ({
  type,
  index,
  delta: { message },
});

function answer(parts: {
  readonly message: object;
  readonly events: readonly TypedEvent[];
  readonly finish: string;
  readonly billed?: Billed;
}): WireAnswer {
  const usage = parts.billed && usageOf(parts.billed);
  return {
    whole: {
      id: 'c14c80c3',
      finish_reason: parts.finish,
      message: { role: 'assistant', ...parts.message },
      ...(usage && { usage }),
    },
    stream: namedSse([
      { type: 'message-start', id: 'c14c80c3', delta: { message: { role: 'assistant', content: [] } } },
      ...parts.events,
      { type: 'message-end', delta: { finish_reason: parts.finish, ...(usage && { usage }) } },
    ]),
    native: parts.finish,
    ...(parts.billed && { billedTotal: parts.billed.input + parts.billed.output }),
  };
}

function say(text: string, finish: string, billed?: Billed): WireAnswer {
  const words = text.match(/\S+\s*/g) ?? [];
  return answer({
    message: { content: [{ type: 'text', text }] },
    events: [
      inMessage(0, 'content-start', { content: { type: 'text', text: '' } }),
      ...words.map((word) => inMessage(0, 'content-delta', { content: { text: word } })),
      { type: 'content-end', index: 0 },
    ],
    finish,
    billed,
  });
}

function think(thinking: string, text: string, billed: Billed): WireAnswer {
  return answer({
    message: {
      content: [
        { type: 'thinking', thinking },
        { type: 'text', text },
      ],
    },
    events: [
      inMessage(0, 'content-start', { content: { type: 'thinking', thinking: '' } }),
      inMessage(0, 'content-delta', { content: { thinking } }),
      { type: 'content-end', index: 0 },
      inMessage(1, 'content-start', { content: { type: 'text', text: '' } }),
      inMessage(1, 'content-delta', { content: { text } }),
      { type: 'content-end', index: 1 },
    ],
    finish: 'COMPLETE',
    billed,
  });
}

function callEvents(call: Call, index: number): readonly TypedEvent[] {
  const pieces = call.arguments?.match(/.{1,6}/gs) ?? [];
  const start = { id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
  return [
    inMessage(index, 'tool-call-start', { tool_calls: start }),
    ...pieces.map((piece) =>
      inMessage(index, 'tool-call-delta', { tool_calls: { function: { arguments: piece } } }),
    ),
    { type: 'tool-call-end', index },
  ];
}

function callTools(calls: readonly Call[], billed: Billed): WireAnswer {
  return answer({
    message: {
      tool_calls: calls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function',
        function: { name, arguments: text ?? 'null' },
      })),
    },
    events: calls.flatMap(callEvents),
    finish: 'TOOL_CALL',
    billed,
  });
}

const weather = (id: string, city: string): Call => ({
  id,
  name: 'weather',
  arguments: JSON.stringify({ city }),
});

export const COHERE_WIRE: VendorWire = {
  vendor: 'cohere',
  model: 'command-a-03-2025',
  keyHeader: ['authorization', 'Bearer k-1'],
  answers: {
    text: say('Grüße aus Tromsø 🌍!', 'COMPLETE', { input: 12, output: 7 }),
    'tool call': callTools([weather('weather_1a', 'Oslo')], { input: 40, output: 9 }),
    'parallel tool calls': callTools([weather('weather_1a', 'Oslo'), weather('weather_1b', 'Bergen')], {
      input: 40,
      output: 18,
    }),
    'tool call without arguments': callTools([{ id: 'clock_1', name: 'clock', arguments: undefined }], {
      input: 40,
      output: 6,
    }),
    // The thinking is billed as output and not told apart.
    reasoning: {
      ...think('Let me think.', 'Yes.', { input: 12, output: 23 }),
      usage: { outputText: 23, reasoning: 0 },
    },
    'output limit': say('Once', 'MAX_TOKENS', { input: 12, output: 1 }),
    'stop sequence': say('Once', 'STOP_SEQUENCE', { input: 12, output: 1 }),
    // What was cached is left out of the bill already.
    'cached prompt': {
      ...say('Once', 'COMPLETE', { input: 22, output: 1 }),
      usage: { inputUncached: 22, cacheRead: 0 },
    },
    'no usage': say('Once', 'COMPLETE'),
  },
  failures: {
    'bad request': { status: 400, body: '{"id":"1","message":"invalid request"}', kind: 'bad_request' },
    'prompt too long': {
      status: 400,
      body: '{"message":"too many tokens: size limit exceeded by 10 tokens"}',
      kind: 'context_length',
    },
    'wrong key': { status: 498, body: '{"message":"invalid api token"}', kind: 'authentication' },
    'no credit': {
      status: 429,
      body: '{"message":"You are using a Trial key, which is limited to 1000 API calls / month."}',
      kind: 'billing',
    },
    'unknown model': { status: 404, body: '{"message":"model \'x\' not found"}', kind: 'not_found' },
    'rate limit': {
      status: 429,
      body: '{"message":"You are using a Trial key, which is limited to 20 API calls / minute."}',
      headers: { 'x-ratelimit-reset': '9' },
      kind: 'rate_limit',
      retryAfterMs: 9_000,
    },
    overload: { status: 503, body: '{"message":"service unavailable"}', kind: 'overloaded' },
    'server error': { status: 500, body: '{"message":"internal server error"}', kind: 'server' },
  },
  errorInStream: namedSse([
    { type: 'message-start', id: 'c14c80c3', delta: { message: { role: 'assistant' } } },
    inMessage(0, 'content-delta', { content: { text: 'Once' } }),
    { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'something broke' } },
  ]),
};
