import type { AnswerCase, VendorWire, WireAnswer, WireFailure } from './vendor-wire';
import { sse } from './vendor-wire';

export interface FamilyCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

interface Counts {
  readonly prompt: number;
  readonly completion: number;
  readonly cached?: number;
  readonly reasoning?: number;
}

/** What one vendor of the family does differently on the wire. */
export interface FamilyStyle {
  readonly vendor: string;
  readonly model: string;
  readonly ids: readonly [string, string];
  readonly stop: string;
  /** The usage comes in a chunk of its own, or with the finish. */
  readonly usageChunk: 'own' | 'last';
  /** Chunks without usage say so with null, or have no such member. */
  readonly usageElsewhere: 'null' | 'absent';
  readonly usageOf: (counts: Counts) => object;
  /** Added to the last chunk, given the usage. */
  readonly lastChunk?: (usage: object | undefined) => object;
  /** Deltas of a call as the vendor cuts them; the index among the calls is given. */
  readonly callDeltas: (call: FamilyCall, index: number) => readonly object[];
  readonly wholeCall: (call: FamilyCall) => object;
  readonly reasoningMessage: (thinking: string, text: string) => object;
  readonly reasoningDeltas: (thinking: string, text: string) => readonly object[];
  /** Noise in every delta. */
  readonly deltaNoise?: object;
  readonly filter?: string;
}

/** Counts as OpenAI tells them; the parts are inside the totals. */
export function openAiUsage({ prompt, completion, cached, reasoning }: Counts): object {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}

export const openAiCall = (call: FamilyCall): object => ({
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: call.arguments },
});

/** OpenAI's way: the head of the call first, then its arguments in pieces. */
export function pieceDeltas(call: FamilyCall, index: number): readonly object[] {
  const pieces = call.arguments.match(/.{1,6}/gs) ?? [];
  return [
    { tool_calls: [{ ...openAiCall({ ...call, arguments: '' }), index }] },
    ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

/** The whole call at once, with its number. */
export const wholeDelta = (call: FamilyCall, index: number): readonly object[] => [
  { tool_calls: [{ ...openAiCall(call), index }] },
];

interface Answer {
  readonly message: object;
  readonly deltas: readonly object[];
  readonly finish: string;
  readonly counts: Counts | undefined;
}

class FamilyWriter {
  private readonly head: object;
  private readonly style: FamilyStyle;

  constructor(style: FamilyStyle) {
    this.style = style;
    this.head = { id: 'gen-1', created: 1_763_000_000, model: style.model };
  }

  write({ message, deltas, finish, counts }: Answer): WireAnswer {
    const { style, head } = this;
    const usage = counts && style.usageOf(counts);
    const chunk = (delta: object, more: object = {}): object => ({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { ...delta, ...style.deltaNoise }, finish_reason: null }],
      ...(style.usageElsewhere === 'null' && { usage: null }),
      ...more,
    });
    const atEnd = style.usageChunk === 'last';
    const last = {
      ...chunk({}),
      choices: [{ index: 0, delta: { content: '' }, finish_reason: finish }],
      ...(atEnd && usage && { usage }),
      ...style.lastChunk?.(usage),
    };
    const own = { ...head, object: 'chat.completion.chunk', choices: [], usage };
    return {
      whole: {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
        ...(usage && { usage }),
      },
      stream: sse(
        [
          chunk({ role: 'assistant', content: '' }),
          ...deltas.map((delta) => chunk(delta)),
          last,
          ...(atEnd || !usage ? [] : [own]),
        ],
        '[DONE]',
      ),
      native: finish,
      ...(counts && { billedTotal: counts.prompt + counts.completion }),
    };
  }

  words(text: string): readonly object[] {
    return (text.match(/\S+\s*/g) ?? []).map((word) => ({ content: word }));
  }
}

/** All answers of a vendor of the family, in its style. */
export function familyAnswers(style: FamilyStyle): Partial<Record<AnswerCase, WireAnswer>> {
  const writer = new FamilyWriter(style);
  const say = (text: string, finish: string, counts: Counts | undefined): WireAnswer =>
    writer.write({ message: { content: text }, deltas: writer.words(text), finish, counts });
  const callTools = (calls: readonly FamilyCall[], completion: number): WireAnswer =>
    writer.write({
      message: { content: null, tool_calls: calls.map(style.wholeCall) },
      deltas: calls.flatMap(style.callDeltas),
      finish: 'tool_calls',
      counts: { prompt: 40, completion },
    });
  const [first, second] = style.ids;
  const weather = (id: string, city: string): FamilyCall => ({
    id,
    name: 'weather',
    arguments: JSON.stringify({ city }),
  });
  return {
    text: say('Grüße aus Tromsø 🌍!', style.stop, { prompt: 12, completion: 7 }),
    'tool call': callTools([weather(first, 'Oslo')], 9),
    'parallel tool calls': callTools([weather(first, 'Oslo'), weather(second, 'Bergen')], 18),
    'tool call without arguments': callTools([{ id: first, name: 'clock', arguments: '' }], 6),
    reasoning: writer.write({
      message: style.reasoningMessage('Let me think.', 'Yes.'),
      deltas: style.reasoningDeltas('Let me think.', 'Yes.'),
      finish: style.stop,
      counts: { prompt: 12, completion: 23, reasoning: 20 },
    }),
    'output limit': say('Once', 'length', { prompt: 12, completion: 1 }),
    'stop sequence': say('Once', style.stop, { prompt: 12, completion: 1 }),
    'cached prompt': say('Once', style.stop, { prompt: 150, completion: 1, cached: 128 }),
    'no usage': say('Once', style.stop, undefined),
    ...(style.filter !== undefined && {
      'content filter': say('', style.filter, { prompt: 12, completion: 1 }),
    }),
  };
}

/** A stream that says one word and then an error. */
export function familyErrorInStream(error: object): string {
  const delta = { index: 0, delta: { role: 'assistant', content: 'Once' }, finish_reason: null };
  return sse([{ id: 'gen-1', model: 'm', choices: [delta] }, error]);
}

const openAiError = (fields: object): string =>
  JSON.stringify({ error: { message: 'Some words of the vendor.', param: null, code: null, ...fields } });

/** Failures in OpenAI's own shape; vendors replace those they word differently. */
export const OPENAI_FAILURES: VendorWire['failures'] = {
  'bad request': {
    status: 400,
    body: openAiError({ type: 'invalid_request_error', param: 'messages' }),
    kind: 'bad_request',
  },
  'prompt too long': {
    status: 400,
    body: openAiError({ type: 'invalid_request_error', code: 'context_length_exceeded' }),
    kind: 'context_length',
  },
  'wrong key': { status: 401, body: openAiError({ code: 'invalid_api_key' }), kind: 'authentication' },
  'no credit': { status: 429, body: openAiError({ code: 'insufficient_quota' }), kind: 'billing' },
  'unknown model': { status: 404, body: openAiError({ code: 'model_not_found' }), kind: 'not_found' },
  'rate limit': rateLimit(openAiError({ code: 'rate_limit_exceeded' }), { 'retry-after': '3' }, 3_000),
  overload: { status: 503, body: openAiError({ type: 'server_error' }), kind: 'overloaded' },
  'server error': { status: 500, body: openAiError({ type: 'server_error' }), kind: 'server' },
};

export function rateLimit(
  body: string,
  headers: Readonly<Record<string, string>>,
  retryAfterMs: number,
): WireFailure {
  return { status: 429, body, headers, kind: 'rate_limit', retryAfterMs };
}
