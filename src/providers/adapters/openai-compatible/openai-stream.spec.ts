import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import { ProviderError } from '../../../llm/provider-error';
import { SseParser } from '../../wire/sse-parser';
import { OpenAiStreamReader } from './openai-stream';

const CONTEXT = {
  provider: 'openai',
  attemptId: 'att_1',
  requestedModel: 'asked-for',
  vendorRequestId: undefined,
  droppedParameters: [],
  nowMs: 1_763_000_009_500,
};

function read(wire: Buffer, pieceBytes = wire.length): ChatStreamEvent[] {
  const parser = new SseParser();
  const reader = new OpenAiStreamReader(CONTEXT);
  const events: ChatStreamEvent[] = [];
  for (let start = 0; start < wire.length; start += pieceBytes) {
    for (const event of parser.push(wire.subarray(start, start + pieceBytes)))
      events.push(...reader.read(event));
  }
  return [...events, ...reader.end(parser.end())];
}

const fixture = (name: string): Buffer => readFileSync(join(__dirname, '__fixtures__', `${name}.sse`));
const wireOf = (...chunks: readonly unknown[]): Buffer =>
  Buffer.from(
    chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join(''),
  );
const choice = (delta: object, finish: string | null = null, index = 0): object => ({
  choices: [{ index, delta, finish_reason: finish }],
});

function failureOf(wire: Buffer): string {
  try {
    read(wire);
    return 'none';
  } catch (error) {
    return error instanceof ProviderError ? error.kind : 'not a ProviderError';
  }
}

describe('OpenAiStreamReader', () => {
  it.each(['azure-stream', 'parallel-tools-stream', 'unnumbered-tools-stream', 'combined-ends-stream'])(
    'reads %s alike however its bytes are cut',
    (name) => {
      const wire = fixture(name);
      const whole = read(wire);

      for (const size of [1, 2, 3, 7, 64, 1_000]) expect(read(wire, size)).toEqual(whole);
      for (let offset = 1; offset < wire.length; offset += 5) {
        const parser = new SseParser();
        const reader = new OpenAiStreamReader(CONTEXT);
        const halves = [wire.subarray(0, offset), wire.subarray(offset)];
        const events = halves.flatMap((half) =>
          parser.push(half).flatMap((event) => [...reader.read(event)]),
        );
        expect(events).toEqual(whole);
      }
    },
  );

  it('starts with the first chunk that says something', () => {
    expect(read(fixture('azure-stream'))).toEqual([
      expect.objectContaining({
        type: 'start',
        id: 'chatcmpl-az1',
        model: 'gpt-5-nano-2025-08-07',
        created: 1_763_000_000,
      }),
      { type: 'text', choice: 0, text: 'Cap' },
      { type: 'text', choice: 0, text: 'ital' },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'stop' },
      {
        type: 'usage',
        serviceTier: 'default',
        usage: expect.objectContaining({ inputUncached: 15, outputText: 6, reasoning: 64 }) as unknown,
      },
    ]);
  });

  it('numbers tool calls itself, names each once, and fills in empty arguments', () => {
    const events = read(fixture('parallel-tools-stream')).filter((event) => event.type.startsWith('tool'));

    expect(events).toEqual([
      { type: 'tool-call-start', choice: 0, index: 0, id: 'call_a', name: 'weather', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{"city":' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '"Oslo"}' },
      { type: 'tool-call-start', choice: 0, index: 1, id: 'call_b', name: 'clock', kind: 'function' },
      { type: 'tool-call-start', choice: 0, index: 2, id: 'call_c', name: 'query', kind: 'custom' },
      { type: 'tool-call-delta', choice: 0, index: 2, arguments: 'SELECT' },
      { type: 'tool-call-delta', choice: 0, index: 2, arguments: ' 1' },
      { type: 'tool-call-delta', choice: 0, index: 1, arguments: '{}' },
    ]);
  });

  it('keeps calls apart whose vendor numbers are missing or repeated, and waits for a late name', () => {
    const events = read(fixture('unnumbered-tools-stream'));
    const argumentsOf = (index: number): string =>
      events
        .map((event) => (event.type === 'tool-call-delta' && event.index === index ? event.arguments : ''))
        .join('');

    expect(
      events.filter((event) => event.type === 'tool-call-start').map((event) => [event.id, event.name]),
    ).toEqual([
      ['one', 'weather'],
      ['two', 'weather'],
      ['three', 'late'],
    ]);
    expect([0, 1, 2].map(argumentsOf)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
  });

  it('takes reasoning, log probabilities, unknown members and everything at once', () => {
    expect(read(fixture('combined-ends-stream')).slice(1)).toEqual([
      { type: 'reasoning', choice: 0, text: 'Let me' },
      { type: 'reasoning', choice: 0, text: ' think' },
      { type: 'text', choice: 0, text: 'Yes', logprobs: { content: [{ token: 'Yes', logprob: -0.1 }] } },
      { type: 'text', choice: 0, text: '!' },
      { type: 'native', choice: 0, value: { annotations: [{ type: 'url_citation' }] } },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'eos' },
      {
        type: 'usage',
        usage: expect.objectContaining({ inputUncached: 9, outputText: 3, reasoning: 5 }) as unknown,
      },
    ]);
  });

  it('stands in for an id and a model that a server leaves out', () => {
    expect(read(wireOf(choice({ content: 'x' }, 'stop')))[0]).toMatchObject({
      type: 'start',
      id: 'att_1',
      model: 'asked-for',
      created: 1_763_000_009,
    });
  });

  it.each([
    ['an end before any choice', wireOf(), 'connection'],
    ['a choice that never finishes', wireOf(choice({ content: 'x' })), 'connection'],
    [
      'one of two choices unfinished',
      wireOf(choice({ content: 'x' }), choice({}, 'stop', 1), '[DONE]'),
      'connection',
    ],
    ['a last event cut in the middle', Buffer.from('data: {"choices":[{"index":0,"del'), 'connection'],
    ['[DONE] without a finish', wireOf(choice({ content: 'x' }), '[DONE]'), 'connection'],
    ['a thousand choices', wireOf(choice({ content: 'x' }, null, 1_000)), 'invalid_response'],
    ['an error object', wireOf({ error: { code: 'rate_limit_exceeded' } }), 'rate_limit'],
    ['an error text', wireOf({ error: 'out of memory' }), 'server'],
    ['an error of Groq', wireOf({ x_groq: { error: 'over capacity' } }), 'server'],
    [
      'an event named error',
      Buffer.from('event: error\ndata: {"message":"x","type":"overloaded_error"}\n\n'),
      'overloaded',
    ],
    [
      'a deep unknown member',
      wireOf(choice({ odd: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown })),
      'invalid_response',
    ],
  ])('fails on %s', (_what, wire, kind) => {
    expect(failureOf(wire)).toBe(kind);
  });

  it('calls a refusal in the first event unbilled, and any failure after content possibly billed', () => {
    const failureIn = (wire: Buffer): unknown => {
      try {
        return read(wire);
      } catch (error) {
        return error;
      }
    };
    const refusal = { error: { code: 'rate_limit_exceeded' } };

    expect(failureIn(wireOf(refusal))).toMatchObject({ kind: 'rate_limit', mayHaveBilled: false });
    expect(failureIn(wireOf({ error: { type: 'server_error' } }))).toMatchObject({ mayHaveBilled: true });
    expect(failureIn(wireOf(choice({ content: 'x' }), refusal))).toMatchObject({
      kind: 'rate_limit',
      mayHaveBilled: true,
    });
  });

  it.each([
    ['choices that are no list', { choices: 7 }],
    ['a choice that is null', { choices: [null] }],
    ['a delta that is a text', { choices: [{ index: 0, delta: 'x' }] }],
    ['tool calls that are an object', choice({ tool_calls: { id: 'x' } })],
    ['a tool call without function', choice({ tool_calls: [{ index: 0, id: 'x' }] })],
    ['content that is a number', choice({ content: 5 })],
    ['a negative index', choice({ content: 'y' }, null, -1)],
    ['usage that is a text', { choices: [], usage: 'none' }],
    ['unknown members', { hello: 'world', choices: [] }],
  ])('is not confused by %s', (_what, chunk) => {
    const events = read(wireOf(chunk, choice({ content: 'x' }, 'stop'), '[DONE]'));

    expect(events.filter((event) => event.type === 'finish')).toHaveLength(1);
  });
});
