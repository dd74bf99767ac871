import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeminiAnswer } from '../../../../test/support/gemini-wire';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import { ProviderError } from '../../../llm/provider-error';
import { SseParser } from '../../wire/sse-parser';
import { GeminiStreamReader } from './gemini-stream';

const CONTEXT = {
  provider: 'google',
  attemptId: 'att_1',
  requestedModel: 'asked-for',
  vendorRequestId: undefined,
  droppedParameters: [],
  nowMs: 1_763_000_009_500,
};
const FIXTURES = join(__dirname, '__fixtures__');

function read(wire: Buffer, pieceBytes = wire.length): ChatStreamEvent[] {
  const parser = new SseParser();
  const reader = new GeminiStreamReader(CONTEXT);
  const events: ChatStreamEvent[] = [];
  for (let start = 0; start < wire.length; start += pieceBytes) {
    for (const event of parser.push(wire.subarray(start, start + pieceBytes)))
      events.push(...reader.read(event));
  }
  return [...events, ...reader.end(parser.end())];
}

const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, `${name}.sse`));
const wireOf = (...chunks: readonly unknown[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
const answer = (value: GeminiAnswer): GeminiAnswer => value;
const text = (value: string, finishReason?: 'STOP' | 'MAX_TOKENS'): GeminiAnswer =>
  answer({ candidates: [{ content: { parts: [{ text: value }] }, finishReason }] });
const failureOf = (wire: Buffer): ProviderError => {
  try {
    read(wire);
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('expected a failure');
};

describe('GeminiStreamReader', () => {
  it('reads text, the model that answered, and the last usage alone', () => {
    expect(read(fixture('text-stream'))).toEqual([
      {
        type: 'start',
        id: 'resp-text-1',
        created: 1_763_000_009,
        model: 'gemini-2.5-flash',
        vendorRequestId: 'resp-text-1',
        droppedParameters: [],
      },
      { type: 'text', choice: 0, text: 'Zwölf ' },
      { type: 'text', choice: 0, text: 'Boxkämpfer 🥊 ' },
      { type: 'text', choice: 0, text: '漢字.' },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'STOP' },
      {
        type: 'usage',
        serviceTier: 'default',
        usage: expect.objectContaining({ inputUncached: 9, outputText: 12, reasoning: 0 }) as unknown,
      },
    ]);
  });

  it.each(readdirSync(FIXTURES).filter((name) => name.endsWith('.sse')))(
    'reads %s the same however the network cuts it',
    (name) => {
      const wire = readFileSync(join(FIXTURES, name));
      const whole = read(wire);

      for (let bytes = 1; bytes < Math.min(wire.length, 160); bytes++)
        expect(read(wire, bytes)).toEqual(whole);
      for (let cut = 1; cut < wire.length; cut++) {
        const parser = new SseParser();
        const reader = new GeminiStreamReader(CONTEXT);
        const events = [wire.subarray(0, cut), wire.subarray(cut)].flatMap((piece) =>
          parser.push(piece).flatMap((event) => [...reader.read(event)]),
        );
        expect([...events, ...reader.end(parser.end())]).toEqual(whole);
      }
    },
  );

  it('shows thoughts apart, keeps the signature of the answer, and bills the thoughts', () => {
    expect(read(fixture('thinking-stream')).slice(1)).toEqual([
      { type: 'reasoning', choice: 0, text: 'Counting ' },
      { type: 'reasoning', choice: 0, text: 'the sides.' },
      { type: 'text', choice: 0, text: 'Six.' },
      {
        type: 'native',
        choice: 0,
        value: { extra_content: { google: { thought_signature: 'c2lnbmVkLXRleHQ=', model: 'asked-for' } } },
      },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'STOP' },
      {
        type: 'usage',
        usage: expect.objectContaining({ inputUncached: 9, outputText: 29, reasoning: 258 }) as unknown,
      },
    ]);
  });

  it('numbers calls over all events, gives ids where Gemini gave none, and ends as tool_calls after STOP', () => {
    const events = read(fixture('parallel-tools-stream')).slice(1);

    expect(events).toEqual([
      {
        type: 'tool-call-start',
        choice: 0,
        index: 0,
        id: expect.stringMatching(/^call_mm[0-9a-f]{22}$/) as unknown,
        name: 'weather',
        kind: 'function',
        vendorData: { google: { thought_signature: 'c2lnbmVkLWNhbGw=', model: 'asked-for' } },
      },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{"city":"Oslo"}' },
      expect.objectContaining({ type: 'tool-call-start', index: 1, name: 'clock' }),
      { type: 'tool-call-delta', choice: 0, index: 1, arguments: '{}' },
      expect.objectContaining({ type: 'tool-call-start', index: 2, name: 'weather', id: 'native-7' }),
      { type: 'tool-call-delta', choice: 0, index: 2, arguments: '{"city":"Bergen"}' },
      { type: 'finish', choice: 0, reason: 'tool_calls', nativeReason: 'STOP' },
      {
        type: 'usage',
        usage: expect.objectContaining({ inputUncached: 50, outputText: 33, reasoning: 7 }) as unknown,
      },
    ]);
    const ids = events.map((event) => (event.type === 'tool-call-start' ? event.id : ''));
    expect(new Set(ids.filter((id) => id !== '')).size).toBe(3);
  });

  it('finishes once when every event says STOP, through CRLF, comments and unknown events', () => {
    expect(read(fixture('every-stop-stream')).slice(1)).toEqual([
      { type: 'text', choice: 0, text: 'Grüß ' },
      { type: 'text', choice: 0, text: 'Gott' },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'STOP' },
      { type: 'usage', usage: expect.objectContaining({ outputText: 3 }) as unknown },
    ]);
  });

  it('ends a blocked prompt as filtered, with the reason and the usage although nothing was answered', () => {
    expect(read(fixture('blocked-stream')).slice(1)).toEqual([
      { type: 'refusal', choice: 0, text: 'The prompt was blocked.' },
      { type: 'finish', choice: 0, reason: 'content_filter', nativeReason: 'PROHIBITED_CONTENT' },
      { type: 'usage', usage: expect.objectContaining({ inputUncached: 31, outputText: 0 }) as unknown },
    ]);
  });

  it('ends an answer stopped in the middle as filtered, with the explanation', () => {
    expect(read(fixture('safety-stream')).slice(1)).toEqual([
      { type: 'text', choice: 0, text: 'First, take' },
      { type: 'refusal', choice: 0, text: 'Stopped for safety.' },
      { type: 'finish', choice: 0, reason: 'content_filter', nativeReason: 'SAFETY' },
      { type: 'usage', usage: expect.anything() as unknown },
    ]);
  });

  it('keeps several candidates apart', () => {
    const events = read(fixture('two-candidates-stream'));

    expect(events.filter((event) => event.type === 'text')).toMatchObject([
      { choice: 0, text: 'one' },
      { choice: 1, text: 'eins' },
    ]);
    expect(events.filter((event) => event.type === 'finish')).toMatchObject([
      { choice: 0, reason: 'length' },
      { choice: 1, reason: 'tool_calls' },
    ]);
  });

  it('passes log probabilities, sources and pictures on', () => {
    const wire = wireOf(
      {
        candidates: [
          {
            content: { parts: [{ text: 'Yes' }, { inlineData: { mimeType: 'image/png', data: 'AA==' } }] },
            logprobsResult: {
              chosenCandidates: [{ token: 'Yes', logProbability: -0.1 }],
              topCandidates: [{ candidates: [{ token: 'No', logProbability: -2 }] }],
            },
            citationMetadata: { citationSources: [{ uri: 'https://a.example', startIndex: 1, endIndex: 3 }] },
          },
        ],
      },
      {
        candidates: [
          {
            citationMetadata: {
              citationSources: [{ uri: 'https://a.example' }, { uri: 'https://b.example', title: 'B' }],
            },
            finishReason: 'STOP',
          },
        ],
      },
    );

    expect(read(wire).slice(1, -1)).toEqual([
      {
        type: 'text',
        choice: 0,
        text: 'Yes',
        logprobs: {
          content: [
            {
              token: 'Yes',
              logprob: -0.1,
              bytes: [89, 101, 115],
              top_logprobs: [{ token: 'No', logprob: -2, bytes: [78, 111] }],
            },
          ],
          refusal: null,
        },
      },
      {
        type: 'native',
        choice: 0,
        value: { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
      },
      { type: 'citation', choice: 0, citation: { url: 'https://a.example', start: 1, end: 3 } },
      { type: 'citation', choice: 0, citation: { url: 'https://b.example', title: 'B' } },
    ]);
  });

  it('stands in for an id and a model that are left out, and for usage by none', () => {
    const events = read(wireOf(text('x', 'STOP')));

    expect(events[0]).toMatchObject({ id: 'att_1', model: 'asked-for', created: 1_763_000_009 });
    expect(events.some((event) => event.type === 'usage')).toBe(false);
  });

  it.each<readonly [string, Buffer, string]>([
    ['an end before anything', wireOf(), 'connection'],
    ['an answer without a finish reason', wireOf(text('x')), 'connection'],
    ['usage alone', wireOf({ usageMetadata: { promptTokenCount: 4 } }), 'connection'],
    [
      'one of two candidates unfinished',
      wireOf({ candidates: [{ finishReason: 'STOP' }, { index: 1, content: { parts: [{ text: 'x' }] } }] }),
      'connection',
    ],
    ['a last event cut in the middle', Buffer.from('data: {"candidates":[{"finis'), 'connection'],
    ['a list where an answer belongs', wireOf([]), 'invalid_response'],
    ['text that is no JSON', Buffer.from('data: hello\n\n'), 'invalid_response'],
    ['a thousand candidates', wireOf({ candidates: [{ index: 1_000 }] }), 'invalid_response'],
    ['an error', wireOf({ error: { code: 503, status: 'UNAVAILABLE', message: 'x' } }), 'overloaded'],
    ['an error in a list', wireOf([{ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }]), 'rate_limit'],
    ...['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'OTHER', 'LANGUAGE'].map(
      (finishReason) =>
        [finishReason, wireOf({ candidates: [{ finishReason }] }), 'invalid_response'] as const,
    ),
    [
      'arguments nested without end',
      Buffer.from(
        `data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}}]}}]}\n\n`,
      ),
      'invalid_response',
    ],
  ])('fails on %s', (_what, wire, kind) => {
    expect(failureOf(wire).kind).toBe(kind);
  });

  it('calls a refusal in the first event unbilled, and any failure after content possibly billed', () => {
    const refusal = { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } };

    expect(failureOf(wireOf(refusal)).mayHaveBilled).toBe(false);
    expect(failureOf(wireOf(text('x'), refusal)).mayHaveBilled).toBe(true);
    expect(failureOf(wireOf(text('x'), { candidates: [{ finishReason: 'OTHER' }] }))).toMatchObject({
      vendorCode: 'OTHER',
      mayHaveBilled: true,
    });
  });

  it.each([
    ['candidates that are no list', { candidates: 7 }],
    ['a candidate that is null', { candidates: [null] }],
    ['content that is a text', { candidates: [{ content: 'x' }] }],
    ['parts that are an object', { candidates: [{ content: { parts: {} } }] }],
    ['a part that is null', { candidates: [{ content: { parts: [null, {}] } }] }],
    ['a call without a name', { candidates: [{ content: { parts: [{ functionCall: { args: {} } }] } }] }],
    ['a negative index', { candidates: [{ index: -1 }] }],
    ['usage that is a text', { usageMetadata: 'none' }],
    ['unknown members', { hello: 'world', promptFeedback: { safetyRatings: [] } }],
  ])('is not confused by %s', (_what, chunk) => {
    const events = read(wireOf(chunk, text('x', 'STOP')));

    expect(events.filter((event) => event.type === 'finish')).toHaveLength(1);
    expect(events.filter((event) => event.type === 'text')).toHaveLength(1);
  });
});
