import type { ChatRequest } from '../../../src/llm/chat-request';
import { chatRequest, providerErrorOf } from '../../support/provider-kit';
import { seenInEvents } from './wire/answer-expectations';
import { COHERE_WIRE } from './wire/cohere-wire';
import { namedSse } from './wire/vendor-wire';
import { WireKit } from './wire/wire-kit';

const TARGET = 'cohere/command-a-03-2025';
const ANSWER = JSON.stringify(COHERE_WIRE.answers.text?.whole);
const FUNCTIONS: ChatRequest['tools'] = [
  { kind: 'function', name: 'weather', parameters: { type: 'object' }, strict: true },
  { kind: 'function', name: 'clock', strict: true },
];

let wire: WireKit;
beforeEach(() => {
  wire = new WireKit();
});

async function sent(
  change: Partial<ChatRequest>,
): Promise<{ body: Record<string, unknown>; dropped: string[] }> {
  const result = await wire.whole(TARGET, ANSWER, {}, chatRequest('x', change));
  return {
    body: wire.http.lastBody,
    dropped: result.droppedParameters.map(({ name, action }) => `${name} ${action}`),
  };
}

describe('a request to Cohere', () => {
  it('goes to the native endpoint with its own names, and values outside its ranges are clamped visibly', async () => {
    const { body, dropped } = await sent({
      sampling: { temperature: 0, topP: 0.9, topK: 5, seed: 3, frequencyPenalty: -1, presencePenalty: 1.5 },
      stop: ['1', '2', '3', '4', '5', '6'],
    });

    expect(wire.http.requests[0]?.url).toBe('https://api.cohere.com/v2/chat');
    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 1_000,
      stream: false,
      temperature: 0,
      p: 0.9,
      k: 5,
      seed: 3,
      frequency_penalty: 0,
      presence_penalty: 1,
      stop_sequences: ['1', '2', '3', '4', '5'],
    });
    expect(dropped).toEqual(['frequency_penalty clamped', 'presence_penalty clamped', 'stop clamped']);
  });

  it('keeps calls, plans and results of earlier turns', async () => {
    const { body } = await sent({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'I will look.' },
            { type: 'tool-call', id: 'w1', name: 'weather', kind: 'function', arguments: '{"city":"Oslo"}' },
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId: 'w1', content: [{ type: 'text', text: 'rain' }] }],
        },
      ],
    });

    expect(body['messages']).toEqual([
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        tool_plan: 'I will look.',
        tool_calls: [
          { id: 'w1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'w1', content: 'rain' },
    ]);
  });

  it('offers the named tool alone, and all of them strictly', async () => {
    const named = await sent({
      tools: FUNCTIONS,
      toolChoice: { mode: 'tool', kind: 'function', name: 'clock' },
    });
    expect(named.body).toMatchObject({
      tool_choice: 'REQUIRED',
      strict_tools: true,
      tools: [{ function: { name: 'clock', parameters: { type: 'object', properties: {} } } }],
    });
    expect(named.body['tools']).toHaveLength(1);
    expect((await sent({ tools: FUNCTIONS, toolChoice: { mode: 'auto' } })).body).not.toHaveProperty(
      'tool_choice',
    );
  });

  it('does not ask for a form of the answer together with tools', async () => {
    const responseFormat = { type: 'json_schema', schema: { type: 'object' } } as const;

    expect((await sent({ responseFormat })).body['response_format']).toEqual({
      type: 'json_object',
      json_schema: { type: 'object' },
    });
    const together = await sent({ responseFormat, tools: FUNCTIONS });
    expect(together.body).not.toHaveProperty('response_format');
    expect(together.dropped).toEqual(['response_format dropped']);
  });
});

describe('an answer of Cohere', () => {
  it('is billed by its billed units, never by its tokens, and without them unknown', async () => {
    const usage = {
      billed_units: { input_tokens: 119, output_tokens: 44 },
      tokens: { input_tokens: 1_549, output_tokens: 95 },
    };
    const answer = (value: unknown): string =>
      JSON.stringify({ id: 'a', finish_reason: 'COMPLETE', message: { content: [] }, usage: value });

    expect((await wire.whole(TARGET, answer(usage))).usage).toMatchObject({
      inputUncached: 119,
      outputText: 44,
    });
    expect((await wire.whole(TARGET, answer({ tokens: usage.tokens }))).usage).toBeUndefined();
  });

  it('keeps its plan, its citations and its log probabilities', async () => {
    const citation = { start: 0, end: 4, text: 'Oslo', sources: [{ type: 'tool', id: 'w1' }] };
    const message = {
      tool_plan: 'I will look.',
      content: [{ type: 'text', text: 'Oslo.' }],
      citations: [citation],
    };
    const logprobs = [{ text: 'Oslo', token_ids: [1, 2], logprobs: [-0.25, -0.5] }];
    const result = await wire.whole(
      TARGET,
      JSON.stringify({ id: 'a', finish_reason: 'COMPLETE', message, logprobs }),
    );

    expect(result.choices[0]?.content).toEqual([
      { type: 'reasoning', text: 'I will look.' },
      { type: 'text', text: 'Oslo.', citations: [{ citedText: 'Oslo', start: 0, end: 4, native: citation }] },
    ]);
    expect(result.choices[0]?.logprobs).toMatchObject({ content: [{ token: 'Oslo', logprob: -0.75 }] });
  });

  it.each([
    ['ERROR', 'server'],
    ['TIMEOUT', 'timeout'],
  ])('that ended in %s is a failure', async (finish_reason, kind) => {
    const text = JSON.stringify({ id: 'a', finish_reason, message: { content: [] } });

    expect(await providerErrorOf(wire.whole(TARGET, text))).toMatchObject({ kind, mayHaveBilled: true });
  });

  it('streamed counts calls by itself, takes them as objects, and turns a null in pieces into {}', async () => {
    const start = (index: number, name: string): { type: string; index: number; delta: object } => ({
      type: 'tool-call-start',
      index,
      delta: {
        message: { tool_calls: { id: `c${index}`, type: 'function', function: { name, arguments: '' } } },
      },
    });
    const piece = (index: number, text: string): { type: string; index: number; delta: object } => ({
      type: 'tool-call-delta',
      index,
      delta: { message: { tool_calls: { function: { arguments: text } } } },
    });
    const stream = namedSse([
      { type: 'message-start', id: 'a', delta: { message: { role: 'assistant' } } },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will look.' } } },
      start(1, 'clock'),
      piece(1, 'nu'),
      piece(1, 'll'),
      { type: 'tool-call-end', index: 1 },
      start(2, 'weather'),
      piece(2, '{"n":'),
      piece(2, 'null}'),
      { type: 'tool-call-end', index: 2 },
      {
        type: 'citation-start',
        index: 0,
        delta: { message: { citations: { start: 0, end: 1, text: 'x' } } },
      },
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL' } },
    ]);
    const events = await wire.streamed(TARGET, [Buffer.from(stream)]);

    expect(seenInEvents(events)).toMatchObject({
      reasoning: 'I will look.',
      calls: [
        { id: 'c1', name: 'clock', arguments: '{}' },
        { id: 'c2', name: 'weather', arguments: '{"n":null}' },
      ],
      finish: 'tool_calls',
    });
    expect(events.every((event) => !('choice' in event) || event.choice === 0)).toBe(true);
    expect(events.filter((event) => event.type === 'citation')).toHaveLength(1);
  });

  it('with the invalid token of its own status is a matter of the key, not of the rate', async () => {
    expect(await providerErrorOf(wire.whole(TARGET, '{"message":"x"}', { status: 498 }))).toMatchObject({
      kind: 'authentication',
      status: 498,
    });
  });
});
