import fc from 'fast-check';
import { SystemClock } from '../../common/clock';
import type { ProviderCall } from '../../llm/chat-adapter';
import type { ChatRequest, FunctionTool } from '../../llm/chat-request';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { upperBoundInputTokens } from '../../llm/token-estimate';
import { inputTokensOf, outputTokensOf } from '../../llm/token-usage';
import { DemoAdapter } from './demo.adapter';
import { countDemoTokens, toDemoTokens } from './demo/demo-tokens';

const adapter = new DemoAdapter(new SystemClock());
const weather: FunctionTool = {
  kind: 'function',
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      unit: { enum: ['celsius', 'fahrenheit'] },
      days: { type: 'integer', minimum: 2 },
    },
    required: ['city'],
  },
};

function callWith(request: Partial<ChatRequest>, changes: Partial<ProviderCall> = {}): ProviderCall {
  return {
    endpoint: { provider: 'demo', baseUrl: 'in-process', apiKey: undefined },
    model: 'demo-small',
    request: {
      dialect: 'openai-chat',
      model: undefined,
      messages: [],
      sampling: {},
      choiceCount: 1,
      stream: false,
      includeUsage: false,
      extensions: {},
      ...request,
    },
    maxOutputTokens: 4_000,
    traits: { reasoning: false, vision: false, tools: true, jsonSchema: true },
    attemptId: 'att_1',
    signal: new AbortController().signal,
    ...changes,
  };
}

const asking = (
  text: string,
  request: Partial<ChatRequest> = {},
  changes: Partial<ProviderCall> = {},
): ProviderCall =>
  callWith(
    { messages: [{ role: 'user', plainText: true, content: [{ type: 'text', text }] }], ...request },
    changes,
  );

function textOf(result: ChatResult, choice = 0): string {
  return (result.choices[choice]?.content ?? [])
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('');
}

async function answer(
  text: string,
  request: Partial<ChatRequest> = {},
  changes: Partial<ProviderCall> = {},
): Promise<string> {
  return textOf(await adapter.complete(asking(text, request, changes)));
}

async function streamed(call: ProviderCall): Promise<ChatStreamEvent[]> {
  const events: ChatStreamEvent[] = [];
  for await (const event of adapter.stream(call)) events.push(event);
  return events;
}

describe('DemoAdapter', () => {
  it.each([
    ['What is 2+2?', '2 + 2 = 4'],
    ['compute 7 * 6 please', '7 * 6 = 42'],
    ['1.5 / 0.5', '1.5 / 0.5 = 3'],
    ['1 / 0', 'That has no result.'],
    ['Count to 5', '1 2 3 4 5'],
    ['count from 1 to 3', '1 2 3'],
    ['Tell me a joke', 'You wrote 4 words: "Tell me a joke"'],
  ])('answers %p with %p, marked as demo', async (question, expected) => {
    const text = await answer(question);

    expect(text).toMatch(/^\[demo-small\] /);
    expect(text).toContain(expected);
  });

  it('gives the same answer to the same question', async () => {
    expect(await answer('same')).toBe(await answer('same'));
  });

  it('streams exactly what it answers whole, with the same usage', async () => {
    for (const call of [
      asking('Count to 100'),
      asking('hello', { choiceCount: 3 }),
      asking('weather in Oslo', { tools: [weather], toolChoice: { mode: 'required' } }),
      asking(
        'think',
        {},
        {
          model: 'demo-reasoning',
          traits: { reasoning: true, vision: false, tools: true, jsonSchema: true },
        },
      ),
    ]) {
      const whole = await adapter.complete(call);
      const events = await streamed(call);

      for (const choice of whole.choices) {
        const text = events
          .map((e) => (e.type === 'text' && e.choice === choice.index ? e.text : ''))
          .join('');
        expect(text).toBe(textOf(whole, choice.index));
        expect(events).toContainEqual(
          expect.objectContaining({ type: 'finish', choice: choice.index, reason: choice.finishReason }),
        );
      }
      expect(events.at(-1)).toEqual({ type: 'usage', usage: whole.usage });
    }
  });

  it('keeps to the output limit to the token', async () => {
    const result = await adapter.complete(asking('Count to 500', {}, { maxOutputTokens: 20 }));

    expect(result.choices[0]?.finishReason).toBe('length');
    expect(result.usage && outputTokensOf(result.usage)).toBe(20);
  });

  it('ends before a stop sequence', async () => {
    expect(await answer('Count to 9', { stop: [' 4', ' 7'] })).toBe('[demo-small] 1 2 3');
  });

  it('fills a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 3 },
        kind: { enum: ['b', 'c'] },
        age: { type: 'integer', minimum: 18 },
        tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
        born: { type: 'string', format: 'date' },
        child: { $ref: '#/$defs/node' },
        maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
        fixed: { const: 7 },
      },
      required: ['name', 'kind', 'age', 'tags', 'born', 'child', 'maybe', 'fixed'],
      $defs: {
        node: {
          type: 'object',
          properties: { next: { $ref: '#/$defs/node' }, on: { type: 'boolean' } },
          required: ['on'],
        },
      },
    };
    const value = JSON.parse(
      await answer('x', { responseFormat: { type: 'json_schema', schema } }),
    ) as Record<string, unknown>;

    expect(value).toMatchObject({
      kind: 'b',
      age: 18,
      born: '2026-01-01',
      maybe: 1,
      fixed: 7,
      child: { on: true },
    });
    expect(value['tags']).toHaveLength(2);
    expect(value['name']).toMatch(/demo/);
  });

  it('answers with a JSON object when asked to', async () => {
    expect(JSON.parse(await answer('2+3 as JSON', { responseFormat: { type: 'json_object' } }))).toEqual({
      demo: true,
      model: 'demo-small',
      answer: '2 + 3 = 5',
    });
  });

  it.each([
    ['when one is required', 'How is it in Paris?', { toolChoice: { mode: 'required' } as const }],
    [
      'when it is named by the choice',
      'How is it in Paris?',
      { toolChoice: { mode: 'tool', kind: 'function', name: 'get_weather' } as const },
    ],
    ['when the question names it', 'Use get_weather for the weather in Paris', {}],
  ])('calls a tool %s', async (_when, question, request) => {
    const result = await adapter.complete(asking(question, { tools: [weather], ...request }));
    const [call] = result.choices[0]?.content ?? [];

    expect(result.choices[0]?.finishReason).toBe('tool_calls');
    expect(call).toMatchObject({ type: 'tool-call', name: 'get_weather' });
    expect(JSON.parse(call?.type === 'tool-call' ? call.arguments : '')).toEqual({
      city: 'Paris',
      unit: 'celsius',
      days: 2,
    });
  });

  it('calls no tool that is forbidden or that nobody asked for', async () => {
    expect(await answer('use get_weather', { tools: [weather], toolChoice: { mode: 'none' } })).toContain(
      '[demo-small]',
    );
    expect(await answer('hello', { tools: [weather] })).toContain('[demo-small]');
  });

  it('uses the result of a tool in the next turn', async () => {
    const result = await adapter.complete(
      callWith({
        tools: [weather],
        toolChoice: { mode: 'required' },
        messages: [
          { role: 'user', plainText: true, content: [{ type: 'text', text: 'get_weather in Paris' }] },
          {
            role: 'assistant',
            content: [{ type: 'tool-call', id: 'c', name: 'get_weather', kind: 'function', arguments: '{}' }],
          },
          {
            role: 'tool',
            plainText: true,
            content: [{ type: 'tool-result', toolCallId: 'c', content: [{ type: 'text', text: 'sunny' }] }],
          },
        ],
      }),
    );

    expect(textOf(result)).toBe('[demo-small] The tool answered: sunny');
  });

  it('names everything it does not look at', async () => {
    const { droppedParameters } = await adapter.complete(
      asking('x', {
        sampling: { temperature: 0, seed: 1 },
        user: 'u',
        reasoning: { effort: 'high' },
        extensions: { store: true },
      }),
    );

    expect(droppedParameters.map((one) => one.name).sort()).toEqual([
      'reasoning_effort',
      'seed',
      'store',
      'temperature',
      'user',
    ]);
  });

  it('stops when the client leaves', async () => {
    const client = new AbortController();
    const events: ChatStreamEvent[] = [];
    const work = (async () => {
      for await (const event of adapter.stream(asking('Count to 900', {}, { signal: client.signal }))) {
        events.push(event);
        if (events.length === 10) client.abort();
      }
    })();

    await expect(work).rejects.toMatchObject({ kind: 'aborted' });
    expect(events).toHaveLength(10);
  });

  it('never counts more input than the gateway has held money for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        const call = asking(text, { tools: [weather] });
        const { usage } = await adapter.complete(call);

        expect(usage && inputTokensOf(usage)).toBeLessThanOrEqual(upperBoundInputTokens(call.request));
      }),
    );
  });
});

describe('demo tokens', () => {
  it('give the text back, never cut a character, and are counted as they are made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const tokens = toDemoTokens(text);

        expect(tokens.join('')).toBe(text);
        expect(tokens.every((token) => token.isWellFormed())).toBe(true);
        expect(countDemoTokens(text)).toBe(tokens.length);
      }),
    );
  });
});
