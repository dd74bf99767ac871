import { chatBody, type ChatAnswer } from '../support/app-client';
import type { TestApp } from '../support/create-app';
import { LiteLlmStage, priceOf } from '../support/litellm-app';
import { describeWithLiteLlm } from '../support/litellm-proxy';
import { contentOf } from '../support/sse-reader';

const MODEL = { model: 'litellm/team-gpt', max_tokens: 200 };
const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const CALLS = [
  { id: 'call_paris', name: 'weather', arguments: '{"city":"Paris"}' },
  { id: 'call_rome', name: 'weather', arguments: '{"city":"Rome"}' },
];

interface ToolCallPiece {
  readonly index: number;
  readonly id?: string;
  readonly function?: { readonly arguments?: string };
}

describeWithLiteLlm('answers through a real LiteLLM proxy', () => {
  let stage: LiteLlmStage;
  let app: TestApp;

  beforeAll(async () => {
    stage = await LiteLlmStage.start();
    app = await stage.app();
  }, 120_000);
  afterAll(() => stage.stop(), 60_000);
  beforeEach(() => stage.vendor.reset());

  it('come whole, with the usage of the vendor behind it, priced to the nano-dollar', async () => {
    const answer = await app.chat(chatBody('hello', MODEL));
    const rows = await app.rowsOf(answer);
    const { billed, body } = stage.vendor.lastCall;

    expect(answer.status).toBe(200);
    expect(answer.body.choices[0]?.message.content).toBe('The quick brown fox jumps over the lazy dog.');
    expect(answer.body.usage).toMatchObject({ ...billed });
    expect(answer.body.router_metadata).toMatchObject({
      selected_provider: 'litellm',
      selected_model: 'team-gpt',
      actual_cost_nano_usd: priceOf(billed),
    });
    expect(body).toMatchObject({ model: 'gpt-4o-mini', max_tokens: 200 });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      provider: 'litellm',
      resolved_model: 'team-gpt',
      status: 'success',
      cost_source: 'exact',
      cost_nano_usd: priceOf(billed),
    });
    expect(JSON.stringify(answer.body)).not.toContain('provider_specific_fields');
  });

  it('come streamed, with the same usage and price', async () => {
    const answer = await app.stream(chatBody('hello', { ...MODEL, stream_options: { include_usage: true } }));
    const rows = await app.rowsOf(answer);
    const { billed, streamed } = stage.vendor.lastCall;

    expect(streamed).toBe(true);
    expect(contentOf(answer)).toBe('The quick brown fox jumps over the lazy dog.');
    expect(answer.done).toBe(true);
    expect(answer.chunks.find((chunk) => chunk.usage)?.usage).toMatchObject({ ...billed });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      provider: 'litellm',
      status: 'success',
      cost_source: 'exact',
      cost_nano_usd: priceOf(billed),
    });
  });

  it('may be parallel tool calls, and the results find the model with the same ids', async () => {
    stage.vendor.next({ toolCalls: CALLS }, { text: 'Sunny in both.' });
    const question = { role: 'user', content: 'How is the weather in Paris and Rome?' };
    const first = await app.chat({ ...MODEL, messages: [question], tools: [WEATHER] });
    const message = first.body.choices[0]?.message;
    const second = await app.chat({
      ...MODEL,
      tools: [WEATHER],
      messages: [
        question,
        message,
        ...CALLS.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'sunny' })),
      ],
    });
    const wireCalls = CALLS.map(({ id, ...call }) => ({ id, type: 'function', function: call }));

    expect(first.body.choices[0]?.finish_reason).toBe('tool_calls');
    expect(message?.['tool_calls']).toEqual(wireCalls);
    expect(second.body.choices[0]?.message.content).toBe('Sunny in both.');
    expect(stage.vendor.lastCall.body['tools']).toEqual([WEATHER]);
    expect(stage.vendor.lastCall.body['messages']).toMatchObject([
      question,
      { role: 'assistant', tool_calls: wireCalls },
      { role: 'tool', tool_call_id: 'call_paris', content: 'sunny' },
      { role: 'tool', tool_call_id: 'call_rome', content: 'sunny' },
    ]);
  });

  it('may be streamed tool calls, whose pieces make the arguments', async () => {
    stage.vendor.next({ toolCalls: CALLS });
    const answer = await app.stream(chatBody('weather?', { ...MODEL, tools: [WEATHER] }));
    const pieces = answer.chunks
      .flatMap((chunk) => chunk.choices ?? [])
      .flatMap(({ delta }) => (delta['tool_calls'] ?? []) as readonly ToolCallPiece[]);
    const argumentsOf = (index: number): string =>
      pieces
        .filter((piece) => piece.index === index)
        .map((piece) => piece.function?.arguments ?? '')
        .join('');

    expect(pieces.flatMap(({ id }) => id ?? [])).toEqual(['call_paris', 'call_rome']);
    expect([argumentsOf(0), argumentsOf(1)]).toEqual(CALLS.map((call) => call.arguments));
  });

  it('keep the thinking and the refusal, which the proxy puts aside', async () => {
    stage.vendor.next({ text: 'Yes.', reasoning: 'Let me think.' }, { text: '', refusal: 'I will not.' });
    const thought = await app.chat(chatBody('really?', MODEL));
    const refused = await app.chat(chatBody('do it', MODEL));

    expect(thought.body.choices[0]?.message).toMatchObject({
      content: 'Yes.',
      reasoning_content: 'Let me think.',
    });
    expect(refused.body.choices[0]?.message).toMatchObject({ refusal: 'I will not.' });
    expect(JSON.stringify(refused.body)).not.toContain('provider_specific_fields');
  });

  it('follow a schema and see an image that reach the vendor as they were sent', async () => {
    const format = {
      type: 'json_schema',
      json_schema: { name: 'city', strict: true, schema: { type: 'object', properties: {}, required: [] } },
    };
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
    const answer = await app.chat({
      ...MODEL,
      response_format: format,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'where?' }, image] }],
    });

    expect(answer.status).toBe(200);
    expect(answer.body.router_metadata.dropped_parameters).toEqual([]);
    expect(stage.vendor.lastCall.body['response_format']).toEqual(format);
    expect(JSON.stringify(stage.vendor.lastCall.body['messages'])).toContain(image.image_url.url);
  });

  it('have their cached prompt priced as such', async () => {
    stage.vendor.next({
      usage: {
        prompt_tokens: 1_000,
        completion_tokens: 10,
        total_tokens: 1_010,
        prompt_tokens_details: { cached_tokens: 600 },
      },
    });
    const answer = await app.chat(chatBody('again', MODEL));

    expect(answer.body.router_metadata.actual_cost_nano_usd).toBe(String(400 * 150 + 600 * 75 + 10 * 600));
  });

  it('without usage are booked as an estimate, not as the zeros the proxy makes of it', async () => {
    stage.vendor.next({ usage: null });
    const answer = await app.chat(chatBody('hello', MODEL));
    const [row] = await app.rowsOf(answer);

    expect(row).toMatchObject({ status: 'success', cost_source: 'estimated' });
    expect(BigInt(row?.cost_nano_usd ?? 0)).toBeGreaterThan(0n);
  });

  describe('and the cost it names', () => {
    // Metrics count from the start of an application.
    beforeAll(async () => {
      app = await stage.app();
    }, 60_000);

    const ask = (model: string): Promise<ChatAnswer> =>
      app.chat(chatBody('hello', { model, max_tokens: 50 }));

    /** Values of the metric by model. */
    async function deviations(part: 'count' | 'sum'): Promise<Record<string, number>> {
      const pattern = new RegExp(
        `^modelmuxer_provider_cost_deviation_ratio_${part}\\{provider="litellm",model="([\\w-]+)"\\} (\\S+)$`,
        'gm',
      );
      return Object.fromEntries(
        [...(await app.metrics()).matchAll(pattern)].map(([, model, value]) => [model ?? '', Number(value)]),
      );
    }

    it('is a second opinion: the metric shows how far it is from what was booked, and nothing where it has none', async () => {
      for (const model of ['team-gpt', 'dear-gpt', 'house-model'])
        expect((await ask(model)).status).toBe(200);
      const sums = await deviations('sum');

      expect(await deviations('count')).toEqual({ 'team-gpt': 1, 'dear-gpt': 1 });
      expect(sums['team-gpt']).toBeCloseTo(0, 6);
      expect(sums['dear-gpt']).toBeCloseTo(0.5, 6);
    });

    it('never changes what is booked', async () => {
      const answer = await ask('dear-gpt');
      const { billed } = stage.vendor.lastCall;

      expect(answer.body.router_metadata.actual_cost_nano_usd).toBe(String(2 * Number(priceOf(billed))));
    });
  });
});
