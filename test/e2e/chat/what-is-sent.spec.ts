import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { VENDOR_KEY } from '../../support/installation';

const MODEL = { model: 'gpt-4o-mini' };
const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    strict: true,
  },
};

describe('what the vendor is sent', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  function sent(): Record<string, unknown> {
    return app.vendor.lastCall.body;
  }

  it.each([
    ['emoji and flags', 'Zoë 👩‍👩‍👧‍👦 🇪🇺 ❤️‍🔥'],
    ['combining and bidirectional characters', 'e\u0301 שלום مرحبا \u202eabc\u202c'],
    ['white space as it is', '  two  spaces\ttab\r\nline\u00a0nbsp \u2028 '],
    ['escapes that look like escapes', '\\n \\u0041 \\" %00 \u0001\u001f'],
    ['astral and private characters', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10ffff} \ue000'],
    ['a long text', 'aß東👍'.repeat(20_000)],
  ])('is %s, byte for byte, and back', async (_name, text) => {
    app.vendor.next({ text });
    const answer = await app.chat(chatBody(text, MODEL));

    expect((sent()['messages'] as { content: string }[])[0]?.content).toBe(text);
    expect(answer.body.choices[0]?.message.content).toBe(text);
  });

  it('keeps a temperature of 0, and other zeros, instead of taking them for absent', async () => {
    const zeros = { temperature: 0, top_p: 0, frequency_penalty: 0, presence_penalty: 0, seed: 0 };
    const answer = await app.chat(chatBody('hello', { ...MODEL, ...zeros }));

    expect(sent()).toMatchObject(zeros);
    expect(answer.body.router_metadata.dropped_parameters.map(({ name }) => name)).toEqual(['max_tokens']);
  });

  it('has an output limit, which is reported, when the client gave none', async () => {
    const answer = await app.chat(chatBody('hello', MODEL));

    expect(sent()['max_tokens'] ?? sent()['max_completion_tokens']).toBe(4_096);
    expect(answer.body.router_metadata.dropped_parameters).toEqual([
      { name: 'max_tokens', action: 'defaulted', detail: '4096' },
    ]);
  });

  it('never has a temperature nobody set', async () => {
    await app.chat(chatBody('hello', MODEL));

    expect(sent()).not.toHaveProperty('temperature');
  });

  it('leaves out fields no vendor knows, and lists each of them in the answer', async () => {
    const answer = await app.chat(
      chatBody('hello', {
        ...MODEL,
        max_tokens: 9,
        foo: 1,
        made_up: { deep: [1] },
        session_id: 's',
        region: null,
      }),
    );
    const names = answer.body.router_metadata.dropped_parameters.map(({ name }) => name);

    expect(answer.status).toBe(200);
    for (const name of ['foo', 'made_up', 'session_id', 'region', 'max_budget', 'routing_preference'])
      expect(sent()).not.toHaveProperty(name);
    expect(names).toEqual(expect.arrayContaining(['foo', 'made_up']));
  });

  it("carries the vendor's key and none of the client's credentials, cookies or router headers", async () => {
    const key = app.newUser();
    await app.chat(chatBody('hello', MODEL), {
      key,
      headers: {
        cookie: 'session=abc',
        'x-api-key': key,
        'x-max-budget': '1',
        'x-forwarded-for': '10.1.2.3',
      },
    });
    const { headers, rawBody } = app.vendor.lastCall;

    expect(headers['authorization']).toBe(`Bearer ${VENDOR_KEY}`);
    expect(JSON.stringify(headers) + rawBody).not.toContain(key);
    for (const name of ['cookie', 'x-api-key', 'x-max-budget', 'x-forwarded-for', 'x-request-id'])
      expect(headers).not.toHaveProperty(name);
  });

  it('has tools and their choice as written, and the calls come back as the vendor made them', async () => {
    const calls = [
      { id: 'call_1', name: 'get_weather', arguments: '{"city":"Zürich 👍"}' },
      { id: 'call_2', name: 'get_weather', arguments: '{"city":"Oslo"}' },
    ];
    app.vendor.next({ toolCalls: calls });
    const answer = await app.chat(
      chatBody('weather?', {
        ...MODEL,
        tools: [WEATHER_TOOL],
        tool_choice: 'auto',
        parallel_tool_calls: true,
      }),
    );

    expect(sent()).toMatchObject({ tools: [WEATHER_TOOL], tool_choice: 'auto', parallel_tool_calls: true });
    expect(answer.body.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: calls.map(({ id, name, arguments: text }) => ({
          id,
          type: 'function',
          function: { name, arguments: text },
        })),
      },
    });
  });

  it('has the history of a tool loop as it came, message by message', async () => {
    const messages = [
      { role: 'system', content: 'Be short.' },
      { role: 'developer', content: 'Use metric units.' },
      { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"celsius":-3}' },
      { role: 'assistant', content: 'Cold.' },
      { role: 'user', content: 'thanks', name: 'zoe' },
    ];
    await app.chat({ ...MODEL, messages, tools: [WEATHER_TOOL] });

    expect(sent()['messages']).toEqual([
      messages[0],
      // This model's name for the role.
      { role: 'system', content: 'Use metric units.' },
      { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
      expect.objectContaining({ role: 'assistant', tool_calls: messages[3]?.tool_calls }),
      messages[4],
      messages[5],
      messages[6],
    ]);
  });

  it('has a JSON schema as written', async () => {
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string', enum: ['yes', 'no'] } },
      required: ['answer'],
      additionalProperties: false,
    };
    const response_format = { type: 'json_schema', json_schema: { name: 'verdict', schema, strict: true } };
    app.vendor.next({ text: '{"answer":"yes"}' });
    const answer = await app.chat(chatBody('really?', { ...MODEL, response_format }));

    expect(sent()['response_format']).toEqual(response_format);
    expect(answer.body.choices[0]?.message.content).toBe('{"answer":"yes"}');
  });

  it('has images and files as written', async () => {
    const content = [
      { type: 'text', text: 'what is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png?x=1&y=2' } },
    ];
    const answer = await app.chat({ ...MODEL, messages: [{ role: 'user', content }] });

    expect(answer.status).toBe(200);
    expect((sent()['messages'] as { content: unknown }[])[0]?.content).toEqual(content);
  });

  it('asks for as many choices as the client wants and brings each of them back', async () => {
    const answer = await app.chat(chatBody('hello', { ...MODEL, n: 3, stop: ['END', '\n\n'] }));

    expect(sent()).toMatchObject({ n: 3, stop: ['END', '\n\n'] });
    expect(answer.body.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('goes to no address that stands in a request', async () => {
    const before = app.vendor.calls.length;
    const answer = await app.chat(
      chatBody('hello', {
        ...MODEL,
        base_url: 'http://127.0.0.1:9',
        api_base: 'http://127.0.0.1:9',
        proxy: 'x',
      }),
      { headers: { host: 'evil.example', 'x-portkey-custom-host': 'http://127.0.0.1:9' } },
    );

    expect(answer.status).toBe(200);
    expect(app.vendor.calls).toHaveLength(before + 1);
  });
});
