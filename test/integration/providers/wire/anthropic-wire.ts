import type { TypedEvent, VendorWire, WireAnswer } from './vendor-wire';
import { namedSse } from './vendor-wire';

const MODEL = 'claude-sonnet-4-5';

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object };

interface Counts {
  readonly input: number;
  readonly output: number;
  readonly read?: number;
  readonly thinking?: number;
}

const usageOf = ({ input, output, read = 0, thinking }: Counts): object => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: read,
  output_tokens: output,
  service_tier: 'standard',
  ...(thinking !== undefined && { output_tokens_details: { thinking_tokens: thinking } }),
});

/** The block as it opens, and its content in pieces. */
function blockEvents(block: Block, index: number): readonly TypedEvent[] {
  const delta = (value: object): TypedEvent => ({ type: 'content_block_delta', index, delta: value });
  const wrap = (opened: object, deltas: readonly TypedEvent[]): readonly TypedEvent[] => [
    { type: 'content_block_start', index, content_block: opened },
    ...deltas,
    { type: 'content_block_stop', index },
  ];
  if (block.type === 'text') {
    const words = block.text.match(/\S+\s*/g) ?? [];
    return wrap(
      { type: 'text', text: '' },
      words.map((word) => delta({ type: 'text_delta', text: word })),
    );
  }
  if (block.type === 'thinking') {
    return wrap({ type: 'thinking', thinking: '', signature: '' }, [
      delta({ type: 'thinking_delta', thinking: block.thinking }),
      delta({ type: 'signature_delta', signature: block.signature }),
    ]);
  }
  const text = JSON.stringify(block.input);
  const pieces = text === '{}' ? [''] : ['', ...(text.match(/.{1,6}/gs) ?? [])];
  return wrap(
    { ...block, input: {} },
    pieces.map((piece) => delta({ type: 'input_json_delta', partial_json: piece })),
  );
}

function answer(blocks: readonly Block[], stop: string, counts: Counts | undefined): WireAnswer {
  const head = { id: 'msg_01', type: 'message', role: 'assistant', model: MODEL };
  const usage = counts && { usage: usageOf(counts) };
  const early = counts && { usage: usageOf({ ...counts, output: 1, thinking: undefined }) };
  return {
    whole: { ...head, content: blocks, stop_reason: stop, stop_sequence: null, ...usage },
    stream: namedSse([
      { type: 'message_start', message: { ...head, content: [], stop_reason: null, ...early } },
      { type: 'ping' },
      ...blocks.flatMap(blockEvents),
      { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, ...usage },
      { type: 'message_stop' },
    ]),
    native: stop,
    ...(counts && { billedTotal: counts.input + counts.output + (counts.read ?? 0) }),
  };
}

const text = (words: string): Block => ({ type: 'text', text: words });
const weather = (id: string, city: string): Block => ({
  type: 'tool_use',
  id,
  name: 'weather',
  input: { city },
});
const failure = (type: string, message = 'Some words.'): string =>
  JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });

export const ANTHROPIC_WIRE: VendorWire = {
  vendor: 'anthropic',
  model: MODEL,
  keyHeader: ['x-api-key', 'k-1'],
  answers: {
    text: answer([text('Grüße aus Tromsø 🌍!')], 'end_turn', { input: 12, output: 7 }),
    'tool call': answer([weather('toolu_1', 'Oslo')], 'tool_use', { input: 40, output: 9 }),
    'parallel tool calls': answer([weather('toolu_1', 'Oslo'), weather('toolu_2', 'Bergen')], 'tool_use', {
      input: 40,
      output: 18,
    }),
    'tool call without arguments': answer(
      [{ type: 'tool_use', id: 'toolu_1', name: 'clock', input: {} }],
      'tool_use',
      { input: 40, output: 6 },
    ),
    reasoning: answer(
      [{ type: 'thinking', thinking: 'Let me think.', signature: 'c2lnbmVk' }, text('Yes.')],
      'end_turn',
      { input: 12, output: 23, thinking: 20 },
    ),
    'output limit': answer([text('Once')], 'max_tokens', { input: 12, output: 1 }),
    'stop sequence': answer([text('Once')], 'stop_sequence', { input: 12, output: 1 }),
    'content filter': answer([], 'refusal', { input: 12, output: 1 }),
    'cached prompt': answer([text('Once')], 'end_turn', { input: 22, output: 1, read: 128 }),
    'no usage': answer([text('Once')], 'end_turn', undefined),
  },
  failures: {
    'bad request': { status: 400, body: failure('invalid_request_error'), kind: 'bad_request' },
    'prompt too long': {
      status: 400,
      body: failure('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      kind: 'context_length',
    },
    'wrong key': { status: 401, body: failure('authentication_error'), kind: 'authentication' },
    'no credit': { status: 402, body: failure('billing_error'), kind: 'billing' },
    'unknown model': { status: 404, body: failure('not_found_error'), kind: 'not_found' },
    'rate limit': {
      status: 429,
      body: failure('rate_limit_error'),
      headers: { 'retry-after': '6' },
      kind: 'rate_limit',
      retryAfterMs: 6_000,
    },
    overload: { status: 529, body: failure('overloaded_error'), kind: 'overloaded' },
    'server error': { status: 500, body: failure('api_error'), kind: 'server' },
  },
  errorInStream: namedSse([
    { type: 'message_start', message: { id: 'msg_01', role: 'assistant', model: MODEL, content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Once' } },
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ]),
};
