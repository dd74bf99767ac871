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
let kit: ProviderKit;

beforeAll(async () => {
  await vendor.start();
});
beforeEach(() => {
  vendor.reset();
  kit = new ProviderKit({
    OPENAI_API_KEY: 'sk-real',
    OPENAI_BASE_URL: vendor.baseUrl,
    PROVIDER_MAX_RESPONSE_BYTES: '4000000',
    PROVIDER_BREAKER_MINIMUM_CALLS: '1000',
    PROVIDER_BREAKER_WINDOW: '1000',
  });
});
afterEach(() => kit.close());
afterAll(() => vendor.stop());

describe('a whole answer over HTTP', () => {
  it('carries text, usage and ids, and our attempt id reaches the vendor', async () => {
    const result = await kit.invoker.complete(
      kit.target('gpt-4o'),
      invocation('hello', { attemptId: 'att_1' }),
    );

    expect(result).toMatchObject({
      model: 'gpt-4o',
      vendorRequestId: 'fake-request-1',
      choices: [
        {
          finishReason: 'stop',
          content: [{ type: 'text', text: 'The quick brown fox jumps over the lazy dog.' }],
        },
      ],
      usage: { outputText: 9, reasoning: 0, cacheRead: 0 },
    });
    expect(vendor.lastCall).toMatchObject({
      attemptId: 'att_1',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-real', 'accept-encoding': 'identity' },
      body: { model: 'gpt-4o', max_tokens: 1_000, messages: [{ role: 'user', content: 'hello' }] },
    });
    expect(vendor.lastCall.body).not.toHaveProperty('stream');
  });

  it('passes message text byte for byte', async () => {
    const text = 'grüße 🌍 "quoted" \\ \u2028 \u0000 漢字 \n\t end ';
    await kit.invoker.complete(kit.target('gpt-4o'), invocation(text));

    expect(vendor.lastCall.body).toMatchObject({ messages: [{ content: text }] });
  });

  it.each(Object.entries(GARBAGE))('is refused as garbage when it is %s', async (_what, script) => {
    vendor.next(script);

    const error = await providerErrorOf(kit.invoker.complete(kit.target('gpt-4o'), invocation('x')));

    expect(['invalid_response', 'server']).toContain(error.kind);
    expect(error.message).not.toContain('boom');
  });

  it('is cut off at the byte limit, and the connection with it', async () => {
    vendor.next({ rawBody: 'x'.repeat(1_000_000), repeatBody: 100 });

    expect(await providerErrorOf(kit.invoker.complete(kit.target('gpt-4o'), invocation('x')))).toMatchObject({
      kind: 'invalid_response',
      mayHaveBilled: true,
    });
  });

  it('with more headers than the limit is refused', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 150 }, (_unused, i) => [`x-header-${i}`, 'v'.repeat(400)]),
    );
    vendor.next({ headers });

    expect((await providerErrorOf(kit.invoker.complete(kit.target('gpt-4o'), invocation('x')))).kind).toBe(
      'invalid_response',
    );
  });

  it.each([
    ['missing', null],
    ['negative', { prompt_tokens: -5, completion_tokens: 1, total_tokens: -4 }],
    ['text', { prompt_tokens: '5', completion_tokens: 1 }],
    ['huge', { prompt_tokens: 1e308, completion_tokens: 1 }],
    ['all zero', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
  ])('with %s usage comes without usage, so that it is estimated', async (_what, usage) => {
    vendor.next({ usage }, { usage });

    expect((await kit.invoker.complete(kit.target('gpt-4o'), invocation('x'))).usage).toBeUndefined();
    const events = await collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x')));
    expect(events.filter((event) => event.type === 'usage')).toEqual([]);
  });
});

describe('a streamed answer over HTTP', () => {
  const text = 'Zwölf Boxkämpfer 🥊 jagen Viktor 漢字 quer über den großen Sylter Deich.';

  it.each([
    ['whole events', {}],
    ['single bytes', { chunkBytes: [1] }],
    ['pieces of three bytes', { chunkBytes: [3] }],
    ['uneven pieces', { chunkBytes: [5, 1, 17, 2, 64] }],
    ['single bytes with CRLF and comments', { chunkBytes: [1], lineEnd: '\r\n' as const, comments: true }],
    ['carriage returns alone', { chunkBytes: [2], lineEnd: '\r' as const, comments: true }],
  ])('arrives exactly when sent as %s', async (_what, how) => {
    vendor.next({ text, ...how });

    const events = await collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x')));

    expect(streamedText(events)).toBe(text);
    expect(events[0]).toMatchObject({ type: 'start', model: 'gpt-4o', vendorRequestId: 'fake-request-1' });
    expect(events.filter((event) => event.type === 'finish')).toEqual([
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'stop' },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'usage', usage: { outputText: 12 } });
    expect(vendor.lastCall.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it('gives its connection back for later calls', async () => {
    for (let i = 0; i < 20; i++) await collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x')));

    // The next call may begin before the end of the last answer has arrived.
    expect(vendor.connections).toBeLessThanOrEqual(2);
  });

  it.each([
    ['a clean end in the middle', { cut: { afterEvents: 4, how: 'clean' as const } }],
    ['a closed connection', { cut: { afterEvents: 4, how: 'fin' as const } }],
    ['a reset connection', { cut: { afterEvents: 4, how: 'reset' as const } }],
    ['an end inside an event', { cut: { afterEvents: 4, how: 'inside-event' as const } }],
    ['no finish and no [DONE]', { omitDone: true, omitFinish: true }],
    ['a lone [DONE]', { omitFinish: true }],
    ['nothing but [DONE]', { rawEvents: ['[DONE]'] }],
    ['nothing at all', { rawEvents: [] }],
  ])('fails as cut with %s, never as complete', async (_what, script) => {
    vendor.next({ text, ...script });

    expect(
      await providerErrorOf(collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x')))),
    ).toMatchObject({
      kind: 'connection',
      mayHaveBilled: true,
    });
  });

  it('is complete without [DONE] when every choice has finished', async () => {
    vendor.next({ text, omitDone: true });

    expect(streamedText(await collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x'))))).toBe(text);
  });

  it.each([
    [
      'an error event',
      { errorAfterEvents: { events: 3, error: { message: 'secret text', type: 'server_error' } } },
      'server',
    ],
    [
      'a rate limit',
      { errorAfterEvents: { events: 0, error: { code: 429, message: 'slow' } } },
      'rate_limit',
    ],
    ['an overload', { errorAfterEvents: { events: 2, error: { type: 'overloaded_error' } } }, 'overloaded'],
    ['an event that is no JSON', { rawEvents: ['{"choices":[', '[DONE]'] }, 'invalid_response'],
    ['an event that is a list', { rawEvents: ['[]', '[DONE]'] }, 'invalid_response'],
    ['a web page', { rawBody: '<html>', contentType: 'text/html' }, 'invalid_response'],
    ['an error as one JSON text', { rawBody: '{"error":{"code":"insufficient_quota"}}' }, 'billing'],
    ['a line of two megabytes', { rawEvents: ['x'.repeat(2_000_000)] }, 'invalid_response'],
  ])('with %s fails as what it is', async (_what, script, kind) => {
    vendor.next(script);

    const error = await providerErrorOf(collect(kit.invoker.stream(kit.target('gpt-4o'), invocation('x'))));

    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain('secret');
  });

  it('delivers tool calls, reasoning and several choices', async () => {
    vendor.next({
      reasoning: 'let me think',
      toolCalls: [
        { id: 'call_a', name: 'get_weather', arguments: '{"city":"Paris"}' },
        { id: 'call_b', name: 'get_time', arguments: '' },
      ],
    });

    const events = await collect(
      kit.invoker.stream(kit.target('gpt-4o'), invocation(chatRequest('x', { choiceCount: 2 }))),
    );

    const pieces = (choice: number, index: number): string =>
      events
        .map((e) =>
          e.type === 'tool-call-delta' && e.choice === choice && e.index === index ? e.arguments : '',
        )
        .join('');
    expect(events.filter((e) => e.type === 'tool-call-start')).toHaveLength(4);
    expect([pieces(0, 0), pieces(0, 1), pieces(1, 0), pieces(1, 1)]).toEqual([
      '{"city":"Paris"}',
      '{}',
      '{"city":"Paris"}',
      '{}',
    ]);
    expect(events.filter((e) => e.type === 'finish').map((e) => e.reason)).toEqual([
      'tool_calls',
      'tool_calls',
    ]);
    expect(events.map((e) => (e.type === 'reasoning' && e.choice === 0 ? e.text : '')).join('')).toBe(
      'let me think',
    );
  });
});

describe('a server known by configuration alone', () => {
  it('is called with its own key and model, and with what it knows', async () => {
    const extra = {
      'my-vllm': {
        base_url: vendor.baseUrl,
        models: [{ id: 'qwen3', context: 8_000, max_output: 2_000, price: { input: 0, output: 0 } }],
      },
    };
    const own = new ProviderKit({ EXTRA_PROVIDERS: JSON.stringify(extra) });
    const request = chatRequest('hi', {
      extensions: { top_k: 5, store: true },
      sampling: { temperature: 0, topK: 7 },
    });

    const result = await own.invoker.complete(own.target('my-vllm/qwen3'), invocation(request));

    expect(vendor.lastCall.body).toMatchObject({ model: 'qwen3', max_tokens: 1_000, temperature: 0 });
    expect(vendor.lastCall.headers).not.toHaveProperty('authorization');
    expect(result.droppedParameters).toEqual([expect.objectContaining({ name: 'store', action: 'dropped' })]);
    expect(own.registry.list().map((provider) => provider.name)).toEqual(['my-vllm']);
    await own.close();
  });
});
