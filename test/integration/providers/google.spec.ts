import { HttpClient } from '../../../src/platform/http/http-client';
import { HttpClientConfig } from '../../../src/platform/http/http-client.config';
import { loadConfig } from '../../../src/platform/config/load-config';
import { SystemClock } from '../../../src/common/clock';
import type { ProviderCall } from '../../../src/llm/chat-adapter';
import type { ChatRequest } from '../../../src/llm/chat-request';
import { GoogleAdapter } from '../../../src/providers/adapters/google.adapter';
import { ProvidersConfig } from '../../../src/providers/providers.config';
import { VendorHttp } from '../../../src/providers/wire/vendor-http';
import { eventually } from '../../support/eventually';
import { FakeVendor } from '../../support/fake-vendor/fake-vendor';
import { GARBAGE } from '../../support/fake-vendor/garbage';
import { FAKE_SIGNATURE } from '../../support/fake-vendor/gemini-answers';
import { chatRequest, collect, providerErrorOf, streamedText } from '../../support/provider-kit';

const KEY = 'AIza-real-key';
const vendor = new FakeVendor();
const config = loadConfig([ProvidersConfig, HttpClientConfig], { PROVIDER_MAX_RESPONSE_BYTES: '4000000' });
const http = new HttpClient(config.get(HttpClientConfig));
const adapter = new GoogleAdapter(new VendorHttp(http, config.get(ProvidersConfig), new SystemClock()));

beforeAll(() => vendor.start());
beforeEach(() => vendor.reset());
afterAll(async () => {
  await http.onApplicationShutdown();
  await vendor.stop();
});

function call(request: ChatRequest | string, signal = new AbortController().signal): ProviderCall {
  return {
    endpoint: { provider: 'google', baseUrl: vendor.baseUrl.replace('/v1', '/v1beta'), apiKey: KEY },
    model: 'gemini-3-flash-preview',
    request: typeof request === 'string' ? chatRequest(request) : request,
    maxOutputTokens: 1_000,
    traits: { reasoning: true, vision: true, tools: true, jsonSchema: true },
    attemptId: 'att_1',
    signal,
  };
}

describe('Gemini over HTTP', () => {
  it('answers, and finds the key in a header and nowhere else', async () => {
    const result = await adapter.complete(call('hello'));

    expect(result).toMatchObject({
      id: 'fake-response-1',
      model: 'gemini-3-flash-preview',
      vendorRequestId: 'fake-request-1',
      choices: [
        { finishReason: 'stop', content: [{ text: 'The quick brown fox jumps over the lazy dog.' }] },
      ],
      usage: { outputText: 9, reasoning: 0 },
      droppedParameters: [],
    });
    const { path, headers, rawBody } = vendor.lastCall;
    expect(path).toBe('/v1beta/models/gemini-3-flash-preview:generateContent');
    expect(headers['x-goog-api-key']).toBe(KEY);
    expect(`${path}${rawBody}${JSON.stringify({ ...headers, 'x-goog-api-key': '' })}`).not.toContain(KEY);
    expect(headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['whole events', {}],
    ['single bytes', { chunkBytes: [1] }],
    ['uneven pieces', { chunkBytes: [5, 1, 17, 2, 64] }],
    ['single bytes with CRLF and comments', { chunkBytes: [1], lineEnd: '\r\n' as const, comments: true }],
  ])('streams the same when sent as %s', async (_what, how) => {
    const text = 'Zwölf Boxkämpfer 🥊 jagen Viktor 漢字.';
    vendor.next({ text, reasoning: 'let me think', ...how });

    const events = await collect(adapter.stream(call('x')));

    expect(vendor.lastCall.path).toBe('/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse');
    expect(streamedText(events)).toBe(text);
    expect(events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('')).toBe(
      'let me think',
    );
    expect(events.filter((event) => event.type === 'finish')).toHaveLength(1);
    expect(events.filter((event) => event.type === 'usage')).toMatchObject([{ usage: { outputText: 6 } }]);
    expect(events.at(-1)?.type).toBe('usage');
  });

  it('carries a whole tool turn: calls, their signature, and results that find their names', async () => {
    vendor.next({
      toolCalls: [
        { id: '', name: 'weather', arguments: '{"city":"Oslo"}' },
        { id: '', name: 'clock', arguments: '' },
      ],
    });
    const tools: ChatRequest['tools'] = [{ kind: 'function', name: 'weather' }];
    const [choice] = (await adapter.complete(call(chatRequest('x', { tools })))).choices;
    const calls = choice?.content.filter((part) => part.type === 'tool-call') ?? [];
    expect(choice?.finishReason).toBe('tool_calls');
    expect(calls.map((part) => part.arguments)).toEqual(['{"city":"Oslo"}', '{}']);

    const question = chatRequest('x');
    await adapter.complete(
      call({
        ...question,
        tools,
        messages: [
          ...question.messages,
          { role: 'assistant', content: calls },
          ...calls.toReversed().map((part) => ({
            role: 'tool' as const,
            content: [
              {
                type: 'tool-result' as const,
                toolCallId: part.id,
                content: [{ type: 'text' as const, text: `of ${part.name}` }],
              },
            ],
          })),
        ],
      }),
    );

    expect(vendor.lastCall.body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'x' }] },
      {
        role: 'model',
        parts: [
          {
            functionCall: { name: 'weather', args: { city: 'Oslo' } },
            thoughtSignature: FAKE_SIGNATURE,
          },
          { functionCall: { name: 'clock', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'weather', response: { output: 'of weather' } } },
          { functionResponse: { name: 'clock', response: { output: 'of clock' } } },
        ],
      },
    ]);
  });

  it('streams calls as tool_calls, for every candidate', async () => {
    vendor.next({
      toolCalls: [
        { id: '', name: 'a', arguments: '{"x":1}' },
        { id: 'own', name: 'b', arguments: '' },
      ],
    });

    const events = await collect(adapter.stream(call(chatRequest('x', { choiceCount: 2 }))));

    const starts = events.filter((event) => event.type === 'tool-call-start');
    expect(starts.map(({ choice, index, name }) => `${choice}/${index} ${name}`)).toEqual([
      '0/0 a',
      '1/0 a',
      '0/1 b',
      '1/1 b',
    ]);
    expect(events.filter((event) => event.type === 'finish').map((event) => event.reason)).toEqual([
      'tool_calls',
      'tool_calls',
    ]);
  });

  it('waits as long as the body of a refusal asks, streamed or not', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' }];
    const rawBody = JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details } });
    vendor.next({ status: 429, rawBody }, { status: 429, rawBody });

    for (const work of [adapter.complete(call('x')), collect(adapter.stream(call('x')))]) {
      expect(await providerErrorOf(work)).toMatchObject({
        kind: 'rate_limit',
        status: 429,
        retryAfterMs: 2_500,
        mayHaveBilled: false,
      });
    }
  });

  it('knows a wrong key by its reason, and repeats no text of Google', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
    const message = `API key ${KEY} not valid.`;
    vendor.next({ status: 400, rawBody: JSON.stringify({ error: { code: 400, message, details } }) });

    const error = await providerErrorOf(adapter.complete(call('x')));

    expect(error).toMatchObject({ kind: 'authentication', vendorCode: 'API_KEY_INVALID' });
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain(KEY);
  });

  it.each([
    ['a clean end in the middle', { cut: { afterEvents: 4, how: 'clean' as const } }],
    ['a closed connection', { cut: { afterEvents: 4, how: 'fin' as const } }],
    ['a reset connection', { cut: { afterEvents: 4, how: 'reset' as const } }],
    ['an end inside an event', { cut: { afterEvents: 4, how: 'inside-event' as const } }],
    ['no finish reason', { omitFinish: true }],
    ['nothing at all', { rawEvents: [] }],
  ])('fails as cut with %s, never as complete', async (_what, script) => {
    vendor.next(script);

    expect(await providerErrorOf(collect(adapter.stream(call('x'))))).toMatchObject({
      kind: 'connection',
      mayHaveBilled: true,
    });
  });

  it.each([
    [
      'an error event',
      { errorAfterEvents: { events: 3, error: { code: 503, status: 'UNAVAILABLE' } } },
      'overloaded',
    ],
    ['a failed call', { text: 'x', finishReason: 'MALFORMED_FUNCTION_CALL' }, 'invalid_response'],
    ['a web page', { rawBody: '<html>', contentType: 'text/html' }, 'invalid_response'],
    [
      'an error in a JSON list',
      { rawBody: '[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}]' },
      'rate_limit',
    ],
    ['a line of two megabytes', { rawEvents: ['x'.repeat(2_000_000)] }, 'invalid_response'],
  ])('with %s in a stream fails as what it is', async (_what, script, kind) => {
    vendor.next(script);

    expect((await providerErrorOf(collect(adapter.stream(call('x'))))).kind).toBe(kind);
  });

  it.each(Object.entries(GARBAGE))('refuses %s as garbage', async (_what, script) => {
    vendor.next(script);

    expect(['invalid_response', 'server']).toContain(
      (await providerErrorOf(adapter.complete(call('x')))).kind,
    );
  });

  it('is estimated when the usage is nonsense', async () => {
    const usage = { promptTokenCount: -5 };
    vendor.next({ usage }, { usage });

    expect((await adapter.complete(call('x'))).usage).toBeUndefined();
    const events = await collect(adapter.stream(call('x')));
    expect(events.filter((event) => event.type === 'usage')).toEqual([]);
  });

  it.each([
    ['before the headers', { stallBeforeHeaders: true }],
    ['inside the stream', { stallAfterEvents: 3 }],
  ])('is cancelled at once when the client leaves %s', async (_what, script) => {
    vendor.next(script);
    const client = new AbortController();
    const work = providerErrorOf(collect(adapter.stream(call('x', client.signal))));
    await eventually(() => expect(vendor.calls).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const leftAt = performance.now();
    client.abort();

    expect(await work).toMatchObject({ kind: 'aborted', mayHaveBilled: true });
    await eventually(() => expect(vendor.lastCall.aborted).toBe(true));
    expect(performance.now() - leftAt).toBeLessThan(250);
  });

  it('closes the connection when the reader leaves the loop', async () => {
    vendor.next({ stallAfterEvents: 4 });
    for await (const event of adapter.stream(call('x'))) if (event.type === 'text') break;

    await eventually(() => expect(vendor.lastCall.aborted).toBe(true));
  });

  it('refuses a conversation Gemini cannot be asked before calling it', async () => {
    const orphan = chatRequest('x', {
      messages: [{ role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', content: [] }] }],
    });

    for (const work of [adapter.complete(call(orphan)), collect(adapter.stream(call(orphan)))]) {
      expect(await providerErrorOf(work)).toMatchObject({
        kind: 'bad_request',
        param: 'messages',
        mayHaveBilled: false,
      });
    }
    expect(vendor.calls).toEqual([]);
  });
});
