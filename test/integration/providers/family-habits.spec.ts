import type { ChatMessage } from '../../../src/llm/chat-request';
import { chatRequest, providerErrorOf } from '../../support/provider-kit';
import { seenInEvents, seenInResult } from './wire/answer-expectations';
import { FAMILY_WIRES } from './wire/family-wires';
import { sse } from './wire/vendor-wire';
import { WireKit } from './wire/wire-kit';

let wire: WireKit;
beforeEach(() => {
  wire = new WireKit();
});

const words = (text: string): ChatMessage['content'] => [{ type: 'text', text }];
const answerOf = (vendor: string): string =>
  JSON.stringify(FAMILY_WIRES.find((one) => one.vendor === vendor)?.answers.text?.whole);
const finished = (message: object, more: object = {}): string =>
  JSON.stringify({
    id: 'a',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    ...more,
  });
const chunk = (delta: object, finish: string | null = null, more: object = {}): object => ({
  id: 'a',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
});

describe('Mistral', () => {
  const target = 'mistral/mistral-medium-3.5';
  const conversation: readonly ChatMessage[] = [
    { role: 'user', content: words('weather?') },
    {
      role: 'assistant',
      content: [
        { type: 'tool-call', id: 'call_from_openai', name: 'weather', kind: 'function', arguments: '{}' },
        { type: 'tool-call', id: 'gSIMJiOkT', name: 'clock', kind: 'function', arguments: '{}' },
      ],
    },
    {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 'call_from_openai', content: words('rain') }],
    },
    { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'gSIMJiOkT', content: words('noon') }] },
    { role: 'user', content: words('and?') },
    { role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }, ...words('So')] },
  ];

  it('gets conversations in the order and with the ids that it accepts, and without nulls', async () => {
    const result = await wire.whole(
      target,
      answerOf('mistral'),
      {},
      chatRequest('', { messages: conversation, sampling: { seed: 7 } }),
    );
    const { messages, ...body } = wire.http.lastBody;
    const id = expect.stringMatching(/^[A-Za-z0-9]{9}$/) as string;

    expect(body).toEqual({ model: 'mistral-medium-3.5', max_tokens: 1_000, random_seed: 7 });
    expect(messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: '', tool_calls: [{ id }, { id: 'gSIMJiOkT' }] },
      { role: 'tool', tool_call_id: id },
      { role: 'tool', tool_call_id: 'gSIMJiOkT' },
      { role: 'assistant', content: 'OK' },
      { role: 'user' },
      {
        role: 'assistant',
        prefix: true,
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'So' },
        ],
      },
    ]);
    const [, call, answer] = messages as { tool_calls: { id: string }[]; tool_call_id: string }[];
    expect(call?.tool_calls[0]?.id).toBe(answer?.tool_call_id);
    expect(JSON.stringify(messages)).not.toContain('null');
    expect(result.droppedParameters.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'messages rewritten',
    ]);
  });

  it('is not asked for the usage of a stream, which it gives unasked', async () => {
    await wire.streamed(target, [Buffer.from(FAMILY_WIRES[1]?.answers.text?.stream ?? '')]);

    expect(wire.http.lastBody).not.toHaveProperty('stream_options');
  });

  it('may stream calls in pieces with an index and a repeated empty name, as hosted models do', async () => {
    const piece = (fields: object, text: string): object =>
      chunk({ index: 0, tool_calls: [{ index: 0, ...fields, function: { name: '', arguments: text } }] });
    const stream = sse(
      [
        chunk({
          tool_calls: [{ index: 0, id: 'chatcmpl-tool-1', function: { name: 'weather', arguments: '' } }],
        }),
        piece({}, '{"city"'),
        piece({}, ':"Oslo"}'),
        chunk({}, 'tool_calls'),
      ],
      '[DONE]',
    );
    const events = await wire.streamed(target, [Buffer.from(stream)]);

    expect(seenInEvents(events).calls).toEqual([
      { id: 'chatcmpl-tool-1', name: 'weather', arguments: '{"city":"Oslo"}' },
    ]);
    expect(events.filter((event) => event.type === 'native')).toEqual([]);
  });

  it('may send arguments as an object and stop at the window of the model', async () => {
    const message = {
      content: '',
      tool_calls: [{ id: 'gSIMJiOkT', function: { name: 'weather', arguments: { city: 'Oslo' } } }],
    };
    const text = JSON.stringify({ id: 'a', choices: [{ index: 0, message, finish_reason: 'model_length' }] });

    expect(seenInResult(await wire.whole(target, text))).toMatchObject({
      calls: [{ arguments: '{"city":"Oslo"}' }],
      finish: 'length',
      native: 'model_length',
    });
  });

  it('names the field it refuses', async () => {
    const body = '{"detail":[{"type":"extra_forbidden","loc":["body","tools",0,"strict"],"msg":"no sk-1"}]}';

    expect(await providerErrorOf(wire.whole(target, body, { status: 422 }))).toMatchObject({
      kind: 'bad_request',
      param: 'tools.0.strict',
      vendorCode: 'extra_forbidden',
    });
  });

  it('that gives up in the middle has failed, whatever its status says', async () => {
    const text = JSON.stringify({
      id: 'a',
      choices: [{ index: 0, message: { content: 'Once' }, finish_reason: 'error' }],
    });

    expect(await providerErrorOf(wire.whole(target, text))).toMatchObject({
      kind: 'server',
      mayHaveBilled: true,
    });
  });
});

describe('Groq', () => {
  const target = 'groq/openai/gpt-oss-120b';

  it('is asked for its thinking in a member of its own, unless the client chose a form', async () => {
    await wire.whole(target, answerOf('groq'), {}, chatRequest('x', { reasoning: { effort: 'max' } }));
    expect(wire.http.lastBody).toMatchObject({
      include_reasoning: true,
      reasoning_effort: 'high',
      max_completion_tokens: 1_000,
    });

    const chosen = chatRequest('x', { extensions: { reasoning_format: 'hidden' }, serviceTier: 'default' });
    await wire.whole(target, answerOf('groq'), {}, chosen);
    expect(wire.http.lastBody).toMatchObject({ reasoning_format: 'hidden', service_tier: 'on_demand' });
    expect(wire.http.lastBody).not.toHaveProperty('include_reasoning');
  });

  it('counts the usage that it says twice once, and takes it from its own member alone', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
    for (const more of [{ usage, x_groq: { usage } }, { x_groq: { usage } }]) {
      const stream = sse([chunk({ content: 'Hi' }), chunk({}, 'stop', more)], '[DONE]');
      const events = await wire.streamed(target, [Buffer.from(stream)]);

      expect(events.filter((event) => event.type === 'usage')).toMatchObject([
        { usage: { inputUncached: 10, outputText: 2 } },
      ]);
    }
  });

  it('calls a broken call of the model a failure of the model, and its text never gets out', async () => {
    const body = '{"error":{"message":"x","code":"tool_use_failed","failed_generation":"<secret>"}}';
    const error = await providerErrorOf(wire.whole(target, body, { status: 400 }));

    expect(error).toMatchObject({
      kind: 'invalid_response',
      vendorCode: 'tool_use_failed',
      mayHaveBilled: false,
    });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('waits as its text says when no header does', async () => {
    const body = '{"error":{"message":"Please try again in 5.289s.","code":"rate_limit_exceeded"}}';

    expect((await providerErrorOf(wire.whole(target, body, { status: 429 }))).retryAfterMs).toBe(5_289);
  });
});

describe('Together', () => {
  const target = 'together/deepseek-ai/DeepSeek-V3.1';

  it('gets our limit and no other, and penalties by their own names', async () => {
    const request = chatRequest('x', {
      sampling: { frequencyPenalty: 0.5 },
      reasoning: { mode: 'disabled' },
    });
    await wire.whole(target, answerOf('together'), {}, request);

    expect(wire.http.lastBody).toEqual({
      model: 'deepseek-ai/DeepSeek-V3.1',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 1_000,
      frequency_penalty: 0.5,
      reasoning: { enabled: false },
    });
  });

  it('has its parallel lists of log probabilities turned into OpenAI’s form', async () => {
    const logprobs = { tokens: ['Hi', '!'], token_logprobs: [-0.1, -0.2], token_ids: [1, 2] };
    const text = JSON.stringify({
      id: 'a',
      choices: [{ index: 0, message: { content: 'Hi!' }, finish_reason: 'eos', logprobs }],
    });
    const result = await wire.whole(target, text, {}, chatRequest('x', { logprobs: { top: 0 } }));

    expect(wire.http.lastBody).toMatchObject({ logprobs: 1 });
    expect(result.choices[0]?.logprobs).toMatchObject({
      content: [
        { token: 'Hi', logprob: -0.1 },
        { token: '!', logprob: -0.2 },
      ],
    });
  });

  it('without usage is unknown, not free', async () => {
    const text = finished({ content: 'Hi' }, { usage: null, warnings: [{ message: 'x' }] });

    expect((await wire.whole(target, text)).usage).toBeUndefined();
  });
});

describe('a LiteLLM proxy', () => {
  const target = 'litellm/team-gpt';

  it('is told not to repeat calls, and its id of the call is kept', async () => {
    const result = await wire.whole(target, answerOf('litellm'), { headers: { 'x-litellm-call-id': 'c-1' } });

    expect(wire.http.requests[0]?.headers).toMatchObject({ 'x-litellm-num-retries': '0' });
    expect(wire.http.requests[0]?.url).toBe('http://127.0.0.1:4000/v1/chat/completions');
    expect(result.vendorRequestId).toBe('c-1');
  });

  it('shows thinking, passes its own members on, and never counts a cache twice', async () => {
    const message = {
      content: 'Hi',
      reasoning_content: 'hm',
      thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 's' }],
    };
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 5,
      total_tokens: 105,
      prompt_tokens_details: { cached_tokens: 60 },
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 30,
    };
    const result = await wire.whole(target, finished(message, { usage }));

    expect(seenInResult(result)).toMatchObject({ text: 'Hi', reasoning: 'hm' });
    expect(result.choices[0]?.extensions).toHaveProperty('thinking_blocks');
    expect(result.usage).toMatchObject({ inputUncached: 10, cacheRead: 60, cacheWrite5m: 30, outputText: 5 });
  });

  it.each([400, 429])(
    'with a used-up budget (%i) has no credit, and a policy is a policy',
    async (status) => {
      const budget = '{"error":{"message":"x","type":"budget_exceeded","code":"400"}}';
      const policy = '{"error":{"message":"litellm.ContentPolicyViolationError: x","code":"400"}}';

      expect((await providerErrorOf(wire.whole(target, budget, { status }))).kind).toBe('billing');
      expect((await providerErrorOf(wire.whole(target, policy, { status: 400 }))).kind).toBe(
        'content_policy',
      );
    },
  );
});
