import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { eventually } from '../../support/eventually';
import { FAKE_THINKING_SIGNATURE } from '../../support/fake-vendor/anthropic-answers';
import { FakeVendor } from '../../support/fake-vendor/fake-vendor';
import { GARBAGE } from '../../support/fake-vendor/garbage';
import {
  chatRequest,
  collect,
  invocation,
  ProviderKit,
  providerErrorOf,
  streamedText,
} from '../../support/provider-kit';

const vendor = new FakeVendor();
const MODEL = 'anthropic/claude-haiku-4-5';
let kit: ProviderKit;

beforeAll(async () => {
  await vendor.start();
});
beforeEach(() => {
  vendor.reset();
  kit = new ProviderKit({
    ANTHROPIC_API_KEY: 'sk-ant-real',
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${vendor.port}`,
    PROVIDER_MAX_RESPONSE_BYTES: '4000000',
    PROVIDER_BREAKER_MINIMUM_CALLS: '1000',
    PROVIDER_BREAKER_WINDOW: '1000',
  });
});
afterEach(() => kit.close());
afterAll(() => vendor.stop());

describe('a whole answer of Anthropic over HTTP', () => {
  it('carries text, usage and ids; the key travels in its own header, and no beta feature is asked for', async () => {
    vendor.next({ headers: { 'request-id': 'req_011' } });

    const result = await kit.invoker.complete(kit.target(MODEL), invocation('hello', { attemptId: 'att_1' }));

    expect(result).toMatchObject({
      id: 'msg_fake_1',
      model: 'claude-haiku-4-5',
      choices: [
        {
          finishReason: 'stop',
          nativeFinishReason: 'end_turn',
          content: [{ type: 'text', text: 'The quick brown fox jumps over the lazy dog.' }],
        },
      ],
      usage: { outputText: 9, reasoning: 0, cacheRead: 0 },
      droppedParameters: [],
    });
    const expected: MessageCreateParams = {
      model: 'claude-haiku-4-5',
      max_tokens: 1_000,
      messages: [{ role: 'user', content: 'hello' }],
    };
    expect(vendor.lastCall).toMatchObject({
      attemptId: 'att_1',
      path: '/v1/messages',
      headers: { 'x-api-key': 'sk-ant-real', 'anthropic-version': '2023-06-01' },
    });
    expect(vendor.lastCall.body).toEqual(expected);
    expect(Object.keys(vendor.lastCall.headers)).not.toContain('anthropic-beta');
    expect(Object.keys(vendor.lastCall.headers)).not.toContain('authorization');
  });

  it('passes message text byte for byte', async () => {
    const text = 'grüße 🌍 "quoted" \\ \u2028 \u0000 漢字 \n\t end ';
    await kit.invoker.complete(kit.target(MODEL), invocation(text));

    expect(vendor.lastCall.body).toMatchObject({ messages: [{ content: text }] });
  });

  it.each(Object.entries(GARBAGE))('is refused as garbage when it is %s', async (_what, script) => {
    vendor.next(script);

    const error = await providerErrorOf(kit.invoker.complete(kit.target(MODEL), invocation('x')));

    expect(['invalid_response', 'server']).toContain(error.kind);
    expect(error.message).not.toContain('boom');
  });

  it('gives tool calls and takes their results with the thinking that led to them', async () => {
    vendor.next({ reasoning: 'Need both.', toolCalls: [{ id: 'toolu_1', name: 'get_time', arguments: '' }] });
    const tools = [{ kind: 'function' as const, name: 'get_time' }];
    const reasoning = { budgetTokens: 1_024 };
    const ask = chatRequest('time?', { tools, reasoning });
    const room = { maxOutputTokens: 4_000 };

    const first = await kit.invoker.complete(kit.target(MODEL), invocation(ask, room));
    const answer = first.choices[0]?.content ?? [];
    expect(answer.at(-1)).toMatchObject({ type: 'tool-call', id: 'toolu_1', arguments: '{}' });
    // A client of OpenAI's dialect keeps the calls only, with what is attached to them.
    const kept = answer.filter((part) => part.type === 'tool-call');
    const result = {
      type: 'tool-result' as const,
      toolCallId: 'toolu_1',
      content: [{ type: 'text' as const, text: '12:00' }],
    };
    const next = chatRequest('time?', {
      tools,
      reasoning,
      messages: [...ask.messages, { role: 'assistant', content: kept }, { role: 'tool', content: [result] }],
    });
    await kit.invoker.complete(kit.target(MODEL), invocation(next, room));

    expect(vendor.lastCall.body).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      messages: [
        {},
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Need both.', signature: FAKE_THINKING_SIGNATURE },
            { type: 'tool_use', id: 'toolu_1', name: 'get_time', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '12:00' }] },
      ],
    });
  });

  it('explains a refusal', async () => {
    vendor.next({ refusal: 'That is dangerous.' });

    const { choices } = await kit.invoker.complete(kit.target(MODEL), invocation('x'));

    expect(choices[0]).toMatchObject({
      content: [{ type: 'refusal', text: 'That is dangerous.' }],
      finishReason: 'content_filter',
    });
  });

  it('sends an image of ten megabytes as it is', async () => {
    const data = 'A'.repeat(10_000_000);
    const image = {
      type: 'image' as const,
      source: { kind: 'base64' as const, mediaType: 'image/png', data },
    };
    await kit.invoker.complete(
      kit.target(MODEL),
      invocation(chatRequest('x', { messages: [{ role: 'user', content: [image] }] })),
    );

    expect(vendor.lastCall.rawBody.length).toBeGreaterThan(data.length);
    expect(vendor.lastCall.body).toMatchObject({
      messages: [{ content: [{ source: { media_type: 'image/png' } }] }],
    });
  });
});

describe('a streamed answer of Anthropic over HTTP', () => {
  const text = 'Zwölf Boxkämpfer 🥊 jagen Viktor 漢字 quer über den großen Sylter Deich.';

  it.each([
    ['whole events', {}],
    ['single bytes', { chunkBytes: [1] }],
    ['pieces of three bytes', { chunkBytes: [3] }],
    ['single bytes with CRLF and comments', { chunkBytes: [1], lineEnd: '\r\n' as const, comments: true }],
    ['carriage returns alone', { chunkBytes: [2], lineEnd: '\r' as const, comments: true }],
  ])('arrives exactly when sent as %s', async (_what, how) => {
    vendor.next({ text, ...how });

    const events = await collect(kit.invoker.stream(kit.target(MODEL), invocation('x')));

    expect(streamedText(events)).toBe(text);
    expect(events[0]).toMatchObject({ type: 'start', id: 'msg_fake_1', model: 'claude-haiku-4-5' });
    expect(events.filter((event) => event.type === 'finish')).toEqual([
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'end_turn' },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'usage', usage: { outputText: 12 } });
    expect(vendor.lastCall.body).toMatchObject({ stream: true });
  });

  it('delivers thinking, text and several tool calls', async () => {
    vendor.next({
      reasoning: 'let me think',
      text: 'Looking.',
      toolCalls: [
        { id: 'toolu_a', name: 'get_weather', arguments: '{"city":"Paris"}' },
        { id: 'toolu_b', name: 'get_time', arguments: '' },
      ],
    });

    const events = await collect(kit.invoker.stream(kit.target(MODEL), invocation('x')));

    const pieces = (index: number): string =>
      events.map((e) => (e.type === 'tool-call-delta' && e.index === index ? e.arguments : '')).join('');
    expect([pieces(0), pieces(1)]).toEqual(['{"city":"Paris"}', '{}']);
    expect(events.map((e) => (e.type === 'reasoning' ? (e.text ?? '') : '')).join('')).toBe('let me think');
    expect(events.find((e) => e.type === 'finish')).toMatchObject({ reason: 'tool_calls' });
  });

  it.each([
    ['a clean end in the middle', { cut: { afterEvents: 4, how: 'clean' as const } }],
    ['a closed connection', { cut: { afterEvents: 4, how: 'fin' as const } }],
    ['a reset connection', { cut: { afterEvents: 4, how: 'reset' as const } }],
    ['an end inside an event', { cut: { afterEvents: 4, how: 'inside-event' as const } }],
    ['no announced end', { omitDone: true, omitFinish: true }],
    ['a lone message_stop', { omitFinish: true }],
    ['nothing at all', { rawEvents: [] }],
  ])('fails as cut with %s, never as complete', async (_what, script) => {
    vendor.next({ text, ...script });

    expect(
      await providerErrorOf(collect(kit.invoker.stream(kit.target(MODEL), invocation('x')))),
    ).toMatchObject({ kind: 'connection', mayHaveBilled: true });
  });

  it.each([
    ['an overload', { errorAfterEvents: { events: 5, error: { type: 'overloaded_error' } } }, 'overloaded'],
    ['a rate limit', { errorAfterEvents: { events: 0, error: { type: 'rate_limit_error' } } }, 'rate_limit'],
    [
      'a failure',
      { errorAfterEvents: { events: 3, error: { type: 'api_error', message: 'secret' } } },
      'server',
    ],
    ['an event that is no JSON', { rawEvents: ['{"type":"message_st'] }, 'invalid_response'],
    ['a web page', { rawBody: '<html>', contentType: 'text/html' }, 'invalid_response'],
    [
      'an error as one JSON text',
      { rawBody: '{"type":"error","error":{"type":"overloaded_error"}}' },
      'overloaded',
    ],
    ['a line of two megabytes', { rawEvents: ['x'.repeat(2_000_000)] }, 'invalid_response'],
  ])('with %s fails as what it is', async (_what, script, kind) => {
    vendor.next(script);

    const error = await providerErrorOf(collect(kit.invoker.stream(kit.target(MODEL), invocation('x'))));

    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain('secret');
  });

  it('stops the vendor soon after the client has left', async () => {
    vendor.next({ text: 'word '.repeat(1_000), eventDelayMs: 5 });
    const client = new AbortController();
    const stream = kit.invoker.stream(kit.target(MODEL), invocation('x', { signal: client.signal }));
    const reading = providerErrorOf(collect(stream));
    await eventually(() => expect(vendor.calls).toHaveLength(1));

    const leftAt = performance.now();
    client.abort();

    expect((await reading).kind).toBe('aborted');
    await eventually(() => expect(vendor.lastCall.aborted).toBe(true));
    expect(performance.now() - leftAt).toBeLessThan(250);
  });

  it('stops the vendor when its reader stops reading', async () => {
    vendor.next({ text: 'word '.repeat(1_000), eventDelayMs: 5 });

    for await (const event of kit.invoker.stream(kit.target(MODEL), invocation('x'))) {
      if (event.type === 'text') break;
    }

    await eventually(() => expect(vendor.lastCall.aborted).toBe(true));
  });
});

describe('a refusal of Anthropic over HTTP', () => {
  it('529 is a short overload: retried at once elsewhere or soon here, and no quota of the key', async () => {
    vendor.next({ status: 529 });

    const error = await providerErrorOf(kit.invoker.complete(kit.target(MODEL), invocation('x')));

    expect(error).toMatchObject({
      kind: 'overloaded',
      status: 529,
      vendorCode: 'overloaded_error',
      retryAfterMs: undefined,
      mayHaveBilled: false,
    });
    // No pause was asked for: the next call goes through.
    await kit.invoker.complete(kit.target(MODEL), invocation('x'));
    expect(vendor.calls).toHaveLength(2);
  });

  it.each([
    ['retry-after', { 'retry-after': '3' }, 3_000],
    [
      'the reset of the limit that is used up',
      {
        'anthropic-ratelimit-requests-remaining': '5',
        'anthropic-ratelimit-requests-reset': new Date(Date.now() + 14_000).toISOString(),
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': new Date(Date.now() + 8_000).toISOString(),
      },
      8_000,
    ],
  ])('429 waits for %s, and the model is left alone meanwhile', async (_what, headers, atMostMs) => {
    vendor.next({ status: 429, headers });

    const error = await providerErrorOf(kit.invoker.complete(kit.target(MODEL), invocation('x')));
    const next = await providerErrorOf(kit.invoker.complete(kit.target(MODEL), invocation('x')));

    expect(error.kind).toBe('rate_limit');
    expect(error.retryAfterMs).toBeLessThanOrEqual(atMostMs);
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(next).toMatchObject({ kind: 'rate_limit', mayHaveBilled: false });
    expect(vendor.calls).toHaveLength(1);
  });

  it('never repeats the vendor’s text or the key', async () => {
    vendor.next({
      status: 401,
      rawBody:
        '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key sk-ant-real"}}',
    });

    const error = await providerErrorOf(kit.invoker.complete(kit.target(MODEL), invocation('x')));

    expect(error.kind).toBe('authentication');
    expect(error.message + JSON.stringify(error)).not.toContain('sk-ant');
  });
});
