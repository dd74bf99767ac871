import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import type { Message, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import { ProviderError } from '../../../llm/provider-error';
import { SseParser } from '../../wire/sse-parser';
import type { AnthropicAnswerContext } from './answer-context';
import { AnthropicStreamReader } from './anthropic-stream';

const CONTEXT: AnthropicAnswerContext = {
  provider: 'anthropic',
  attemptId: 'att_1',
  requestedModel: 'asked-for',
  vendorRequestId: 'req_1',
  droppedParameters: [],
  nowMs: 1_763_000_009_500,
  dialect: 'openai-chat',
  jsonTool: undefined,
};
const OWN: AnthropicAnswerContext = { ...CONTEXT, dialect: 'anthropic-messages' };

const FIXTURES = [
  'text-stream',
  'thinking-tools-stream',
  'second-start-stream',
  'refusal-stream',
  'server-tools-stream',
  'unknown-events-crlf-stream',
  'json-tool-stream',
];

function read(wire: Buffer, context = CONTEXT, pieceBytes = wire.length): ChatStreamEvent[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < wire.length; at += pieceBytes) pieces.push(wire.subarray(at, at + pieceBytes));
  return readPieces(pieces, context);
}

function readPieces(pieces: readonly Buffer[], context = CONTEXT): ChatStreamEvent[] {
  const parser = new SseParser();
  const reader = new AnthropicStreamReader(context);
  const events = pieces.flatMap((piece) => parser.push(piece).flatMap((event) => [...reader.read(event)]));
  return [...events, ...reader.end(parser.end())];
}

const fixture = (name: string): Buffer => readFileSync(join(__dirname, '__fixtures__', `${name}.sse`));

/** Events as the vendor's own types describe them; `unknown` for what they do not. */
const wireOf = (...events: readonly (RawMessageStreamEvent | Record<string, unknown>)[]): Buffer =>
  Buffer.from(
    events.map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
  );

const START = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-1', content: [], usage: { input_tokens: 5, output_tokens: 1 } },
};
const TEXT = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } },
  { type: 'content_block_stop', index: 0 },
];
const endOf = (reason: string): Record<string, unknown> => ({
  type: 'message_delta',
  delta: { stop_reason: reason },
  usage: { output_tokens: 7 },
});
const STOP = { type: 'message_stop' };

const failureOf = (wire: Buffer): ProviderError | string => {
  try {
    read(wire);
    return 'none';
  } catch (error) {
    return error instanceof ProviderError ? error : 'not a ProviderError';
  }
};

describe('AnthropicStreamReader', () => {
  it.each(FIXTURES)('reads %s alike however its bytes are cut', (name) => {
    const wire = fixture(name);
    const whole = read(wire, OWN);

    for (const size of [1, 2, 3, 7, 64, 1_000]) expect(read(wire, OWN, size)).toEqual(whole);
    for (let offset = 1; offset < wire.length; offset++) {
      expect(readPieces([wire.subarray(0, offset), wire.subarray(offset)], OWN)).toEqual(whole);
    }
  });

  // The official client takes one head only.
  it.each(FIXTURES.filter((name) => name !== 'second-start-stream'))(
    'understands %s as the official client does',
    async (name) => {
      const official = await officialReading(fixture(name));
      const events = read(fixture(name), OWN);

      const textOf = (type: 'text' | 'reasoning'): string =>
        events.map((event) => (event.type === type ? (event.text ?? '') : '')).join('');
      expect(textOf('text')).toBe(
        official.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      );
      expect(textOf('reasoning')).toBe(
        official.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
      );
      expect(callsIn(events)).toEqual(
        official.content
          .filter((block) => block.type === 'tool_use')
          .map(({ id, name: tool, input }) => ({ id, name: tool, input })),
      );
      expect(events.find((event) => event.type === 'finish')?.nativeReason).toBe(official.stop_reason);
      const usage = events.find((event) => event.type === 'usage')?.usage;
      expect(usage && usage.outputText + usage.reasoning).toBe(official.usage.output_tokens);
    },
  );

  it('overwrites cumulative usage, a changed input count included', () => {
    expect(read(fixture('text-stream'))).toEqual([
      {
        type: 'start',
        id: 'msg_text',
        created: 1_763_000_009,
        model: 'claude-haiku-4-5-20251001',
        serviceTier: 'default',
        vendorRequestId: 'req_1',
        droppedParameters: [],
      },
      { type: 'text', choice: 0, text: 'Zwölf ' },
      { type: 'text', choice: 0, text: 'Boxkämpfer 🥊 ' },
      { type: 'text', choice: 0, text: 'jagen 漢字.' },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'stop_sequence' },
      {
        type: 'usage',
        serviceTier: 'default',
        usage: expect.objectContaining({ inputUncached: 61, outputText: 12 }) as unknown,
      },
    ]);
  });

  it('numbers tool calls itself, whatever the index of their blocks, and fills in missing arguments', () => {
    expect(read(fixture('thinking-tools-stream'), OWN).slice(1, -1)).toEqual([
      { type: 'reasoning', choice: 0, text: 'Two ' },
      { type: 'reasoning', choice: 0, text: 'cities.' },
      { type: 'reasoning', choice: 0, signature: 'c2lnbmVk' },
      { type: 'reasoning', choice: 0, encrypted: 'aGlkZGVu' },
      { type: 'text', choice: 0, text: 'Let me look.' },
      { type: 'tool-call-start', choice: 0, index: 0, id: 'toolu_a', name: 'weather', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{"city":' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: ' "Oslo"}' },
      { type: 'tool-call-start', choice: 0, index: 1, id: 'toolu_b', name: 'clock', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 1, arguments: '{}' },
      { type: 'finish', choice: 0, reason: 'tool_calls', nativeReason: 'tool_use' },
    ]);
  });

  it('counts the thinking apart and loses no token of it', () => {
    expect(read(fixture('thinking-tools-stream')).at(-1)).toMatchObject({
      usage: { inputUncached: 300, outputText: 59, reasoning: 31 },
    });
  });

  it('lets the first call carry the signed thinking for a client whose dialect has no place for it', () => {
    const calls = read(fixture('thinking-tools-stream')).filter((event) => event.type === 'tool-call-start');

    expect(calls.map((call) => call.vendorData)).toEqual([
      {
        anthropic: {
          thinking_blocks: [
            { type: 'thinking', thinking: 'Two cities.', signature: 'c2lnbmVk' },
            { type: 'redacted_thinking', data: 'aGlkZGVu' },
          ],
        },
      },
      undefined,
    ]);
  });

  it('names the model of the message that was given, not of one that was given up', () => {
    const events = read(fixture('second-start-stream'));

    expect(events.filter((event) => event.type === 'start')).toEqual([
      expect.objectContaining({ id: 'msg_second', model: 'claude-opus-4-8' }),
    ]);
    expect(events.at(-1)).toMatchObject({ usage: { inputUncached: 99, outputText: 2 } });
  });

  it('begins anew in the middle of a message without mixing calls', () => {
    const tool = { type: 'tool_use', id: 't', name: 'f', input: {} };
    const block = { type: 'content_block_start', index: 0, content_block: tool };
    const calls = callsIn(read(wireOf(START, block, START, block, endOf('tool_use'), STOP)));

    expect(calls).toEqual([
      { id: 't', name: 'f', input: {} },
      { id: 't', name: 'f', input: {} },
    ]);
  });

  it('shows that a model which thinks unseen is alive, and only then', () => {
    const ping = { type: 'ping' };
    const thought = {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '' },
    };
    const signed = {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'signature_delta', signature: 's' },
    };
    const done = { type: 'content_block_stop', index: 0 };

    expect(
      read(wireOf(START, ping, thought, ping, signed, done, ping, ...TEXT, endOf('end_turn'), STOP)),
    ).toEqual([
      expect.objectContaining({ type: 'start' }),
      { type: 'reasoning', choice: 0 },
      { type: 'reasoning', choice: 0, signature: 's' },
      { type: 'text', choice: 0, text: 'x' },
      expect.objectContaining({ type: 'finish' }),
      expect.objectContaining({ type: 'usage' }),
    ]);
  });

  it('says why the model declined, as content_filter', () => {
    expect(read(fixture('refusal-stream')).slice(1, 3)).toEqual([
      { type: 'refusal', choice: 0, text: 'This could help to do harm.' },
      { type: 'finish', choice: 0, reason: 'content_filter', nativeReason: 'refusal' },
    ]);
    expect(read(wireOf(START, endOf('refusal'), STOP))[1]).toEqual({
      type: 'refusal',
      choice: 0,
      text: 'The provider declined to answer.',
    });
  });

  it('hands the vendor’s own tools whole to a client of its dialect, and to no other', () => {
    const native = (context: AnthropicAnswerContext): unknown[] =>
      read(fixture('server-tools-stream'), context)
        .filter((event) => event.type === 'native')
        .map((event) => event.value);

    expect(native(OWN)).toEqual([
      {
        content_block: expect.objectContaining({
          type: 'server_tool_use',
          id: 'srvtoolu_1',
          input: { query: 'fjords' },
        }) as unknown,
      },
      { content_block: expect.objectContaining({ type: 'web_search_tool_result' }) as unknown },
      { server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } },
    ]);
    expect(native(CONTEXT)).toEqual([{ server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } }]);
  });

  it('passes citations on and calls a paused turn what it is', () => {
    const events = read(fixture('server-tools-stream'));

    expect(events.find((event) => event.type === 'citation')).toMatchObject({
      citation: { citedText: 'a bay', title: 'Fjords', url: 'https://example.com/fjord' },
    });
    expect(events.find((event) => event.type === 'finish')).toMatchObject({
      reason: 'stop',
      nativeReason: 'pause_turn',
    });
  });

  it('ignores what it does not know and counts every cache bucket', () => {
    const events = read(fixture('unknown-events-crlf-stream'));

    expect(events.map((event) => event.type)).toEqual(['start', 'text', 'text', 'finish', 'usage']);
    expect(events.at(-1)).toMatchObject({
      usage: { inputUncached: 3, cacheRead: 550, cacheWrite5m: 304, cacheWrite1h: 12_000, outputText: 8 },
    });
  });

  it('turns the tool that stood in for a schema back into text', () => {
    const events = read(fixture('json-tool-stream'), { ...CONTEXT, jsonTool: 'json_answer' });

    expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(
      '{"city":"Paris","population":2100000}',
    );
    expect(events.find((event) => event.type === 'finish')).toMatchObject({
      reason: 'stop',
      nativeReason: 'tool_use',
    });
  });

  it('takes content that comes with the head of the message', () => {
    const tool = { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } };
    const message = { ...START.message, content: [tool], stop_reason: 'tool_use' };

    expect(read(wireOf({ type: 'message_start', message }, STOP)).slice(1, -1)).toEqual([
      { type: 'tool-call-start', choice: 0, index: 0, id: 't', name: 'f', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{"a":1}' },
      { type: 'finish', choice: 0, reason: 'tool_calls', nativeReason: 'tool_use' },
    ]);
  });

  it('is whole without message_stop once its end has been announced', () => {
    expect(read(wireOf(START, ...TEXT, endOf('max_tokens'))).at(-2)).toMatchObject({
      type: 'finish',
      reason: 'length',
    });
  });

  it('ends without usage when the vendor sends none or nonsense', () => {
    const message = { ...START.message, usage: { input_tokens: 'many' } };
    const events = read(wireOf({ type: 'message_start', message }, ...TEXT, endOf('end_turn'), STOP));

    expect(events.at(-1)?.type).toBe('finish');
  });

  it.each([
    ['nothing', wireOf(), 'connection'],
    ['a head alone', wireOf(START), 'connection'],
    ['no announced end', wireOf(START, ...TEXT), 'connection'],
    ['a stop without a reason', wireOf(START, ...TEXT, STOP), 'connection'],
    ['a last event cut in the middle', Buffer.from('data: {"type":"content_block_de'), 'connection'],
    ['an event that is no JSON', Buffer.from('data: <html>\n\n'), 'invalid_response'],
    ['an event that is a list', Buffer.from('data: []\n\n'), 'invalid_response'],
    [
      'blocks without end',
      wireOf(START, ...Array.from({ length: 300 }, (_unused, index) => ({ ...TEXT[0], index }))),
      'invalid_response',
    ],
  ])('fails on %s', (_what, wire, kind) => {
    expect(failureOf(wire)).toMatchObject({ kind });
  });

  it.each([
    ['overloaded_error', 'overloaded', false],
    ['rate_limit_error', 'rate_limit', false],
    ['api_error', 'server', true],
    ['timeout_error', 'timeout', true],
    ['some_new_error', 'server', true],
  ])('fails with %s as %s, and after content as possibly billed', (type, kind, billedBefore) => {
    const error = { type: 'error', error: { type, message: 'secret prompt text' } };

    expect(failureOf(wireOf(START, error))).toMatchObject({
      kind,
      mayHaveBilled: billedBefore,
      vendorCode: type,
    });
    expect(failureOf(wireOf(START, ...TEXT, error))).toMatchObject({ kind, mayHaveBilled: true });
    expect(String(failureOf(wireOf(START, error)))).not.toContain('secret');
  });

  it.each([
    ['a block without index', { type: 'content_block_start', content_block: { type: 'text' } }],
    ['a block that is null', { type: 'content_block_start', index: 9, content_block: null }],
    [
      'a delta for no block',
      { type: 'content_block_delta', index: 9, delta: { type: 'text_delta', text: 'y' } },
    ],
    [
      'a delta of the wrong kind',
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta' } },
    ],
    ['a message_delta that is a text', { type: 'message_delta', delta: 'x', usage: 'y' }],
    ['a second head that is nothing', { type: 'message_start', message: 7 }],
    ['no type at all', { hello: 'world' }],
  ])('is not confused by %s', (_what, event) => {
    const events = read(wireOf(START, event, ...TEXT, event, endOf('end_turn'), STOP));

    expect(events.map(({ type }) => type)).toEqual(['start', 'text', 'finish', 'usage']);
  });
});

/** Every call with its arguments put together. */
function callsIn(events: readonly ChatStreamEvent[]): unknown[] {
  const argumentsOf = (index: number): string =>
    events
      .map((event) => (event.type === 'tool-call-delta' && event.index === index ? event.arguments : ''))
      .join('');
  return events
    .filter((event) => event.type === 'tool-call-start')
    .map(({ id, name, index }) => ({ id, name, input: JSON.parse(argumentsOf(index)) as unknown }));
}

/** What the vendor's own client makes of the same bytes. */
function officialReading(wire: Buffer): Promise<Message> {
  const answer = new Response(new Uint8Array(wire), { headers: { 'content-type': 'text/event-stream' } });
  const client = new Anthropic({ apiKey: 'none', fetch: () => Promise.resolve(answer) });
  return client.messages
    .stream({ model: 'any', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] })
    .finalMessage();
}
