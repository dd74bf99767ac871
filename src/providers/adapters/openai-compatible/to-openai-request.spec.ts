import type { ChatMessage, ChatRequest } from '../../../llm/chat-request';
import type { ModelTraits, ProviderCall } from '../../../llm/chat-adapter';
import { toOpenAiRequest } from './to-openai-request';
import {
  COMPATIBLE_PROFILE,
  OPENAI_PROFILE,
  OPENAI_STAND_IN_PROFILE,
  type OpenAiWireProfile,
} from './wire-profile';

const CLASSIC: ModelTraits = { reasoning: false, vision: true, tools: true, jsonSchema: true };
const REASONING: ModelTraits = { ...CLASSIC, reasoning: true };

interface Mapped {
  readonly body: Record<string, unknown>;
  readonly dropped: readonly string[];
}

function map(
  request: Partial<ChatRequest>,
  options: { traits?: ModelTraits; profile?: OpenAiWireProfile; stream?: boolean } = {},
): Mapped {
  const call: ProviderCall = {
    endpoint: { provider: 'openai', baseUrl: 'https://api.openai.com/v1', apiKey: undefined },
    model: 'm-1',
    request: {
      dialect: 'openai-chat',
      model: undefined,
      messages: [{ role: 'user', plainText: true, content: [{ type: 'text', text: 'hi' }] }],
      sampling: {},
      choiceCount: 1,
      stream: false,
      includeUsage: false,
      extensions: {},
      ...request,
    },
    maxOutputTokens: 77,
    traits: options.traits ?? CLASSIC,
    attemptId: 'att_1',
    signal: new AbortController().signal,
  };
  const mapped = toOpenAiRequest(call, options.profile ?? OPENAI_PROFILE, {
    stream: options.stream ?? false,
  });
  return {
    body: JSON.parse(mapped.body) as Record<string, unknown>,
    dropped: mapped.droppedParameters.map((one) => `${one.name} ${one.action}`),
  };
}

const messagesOf = (messages: readonly ChatMessage[], profile?: OpenAiWireProfile): unknown =>
  map({ messages }, { profile }).body['messages'];

describe('toOpenAiRequest', () => {
  it('sends nothing that nobody asked for', () => {
    expect(map({}).body).toEqual({
      model: 'm-1',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 77,
    });
  });

  it('asks for the usage of every stream', () => {
    expect(map({}, { stream: true }).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('names the output limit as the server knows it', () => {
    expect(map({}, { profile: COMPATIBLE_PROFILE }).body).toMatchObject({ max_tokens: 77 });
    expect(map({}, { profile: OPENAI_STAND_IN_PROFILE }).body).toMatchObject({ max_tokens: 77 });
    expect(map({}, { profile: OPENAI_STAND_IN_PROFILE, traits: REASONING }).body).toMatchObject({
      max_completion_tokens: 77,
    });
  });

  const sampling = {
    temperature: 0,
    topP: 1,
    frequencyPenalty: 0.5,
    presencePenalty: 0.1,
    seed: 7,
    logitBias: { '5': 1 },
  };

  it('passes sampling on, a temperature of zero included', () => {
    expect(map({ sampling, logprobs: { top: 2 }, stop: ['a'] })).toEqual({
      body: expect.objectContaining({
        temperature: 0,
        top_p: 1,
        frequency_penalty: 0.5,
        presence_penalty: 0.1,
        seed: 7,
        logit_bias: { '5': 1 },
        logprobs: true,
        top_logprobs: 2,
        stop: ['a'],
      }) as unknown,
      dropped: [],
    });
  });

  it('leaves out what a reasoning model refuses, and says so', () => {
    const { body, dropped } = map({ sampling, logprobs: {}, stop: ['a'] }, { traits: REASONING });

    expect(Object.keys(body).sort()).toEqual(['max_completion_tokens', 'messages', 'model', 'seed']);
    expect(dropped).toEqual(
      ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'stop'].map(
        (name) => `${name} dropped`,
      ),
    );
  });

  it('clamps more stops than OpenAI takes, and says so', () => {
    const { body, dropped } = map({ stop: ['1', '2', '3', '4', '5'] });

    expect(body['stop']).toHaveLength(4);
    expect(dropped).toEqual(['stop clamped']);
  });

  it('passes known extensions on, drops unknown ones visibly, and keeps the router’s own to itself', () => {
    const extensions = {
      store: true,
      prediction: { type: 'content' },
      made_up: 1,
      session_id: 's',
      cascade_config: {},
    };
    const { body, dropped } = map({ extensions });

    expect(body).toMatchObject({ store: true, prediction: { type: 'content' } });
    expect(body).not.toHaveProperty('made_up');
    expect(body).not.toHaveProperty('session_id');
    expect(dropped).toEqual(['made_up dropped']);
  });

  it('drops the extensions of another dialect visibly', () => {
    expect(map({ dialect: 'anthropic-messages', extensions: { store: true } }).dropped).toEqual([
      'store dropped',
    ]);
  });

  it('never asks for a tier or a service whose price is not listed', () => {
    expect(map({ serviceTier: 'priority' })).toMatchObject({ dropped: ['service_tier dropped'] });
    expect(map({ serviceTier: 'flex' }).body).toMatchObject({ service_tier: 'flex' });
    const traits = { ...CLASSIC, serviceTiers: ['priority'] };
    for (const serviceTier of ['priority', 'fast'])
      expect(map({ serviceTier }, { traits })).toMatchObject({
        body: { service_tier: serviceTier },
        dropped: [],
      });
    expect(map({ serviceTier: 'scale' }, { traits }).dropped).toEqual(['service_tier dropped']);
    expect(map({ extensions: { web_search_options: {}, modalities: ['audio'] } }).dropped).toHaveLength(2);
  });

  it('passes tools, choice and schemas through untouched', () => {
    const parameters = { type: 'object', properties: {}, additionalProperties: false, $defs: {} };
    const { body } = map({
      tools: [
        { kind: 'function', name: 'f', parameters, strict: true },
        { kind: 'custom', name: 'c', format: { type: 'text' } },
      ],
      toolChoice: { mode: 'tool', kind: 'function', name: 'f' },
      parallelToolCalls: false,
      responseFormat: { type: 'json_schema', name: 'n', schema: parameters, strict: true },
    });

    expect(body).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'f', parameters, strict: true } },
        { type: 'custom', custom: { name: 'c', format: { type: 'text' } } },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: parameters, strict: true } },
    });
  });

  it('weakens a schema for a model without, and says so', () => {
    const { body, dropped } = map(
      { responseFormat: { type: 'json_schema', schema: {} } },
      { traits: { ...CLASSIC, jsonSchema: false } },
    );

    expect(body['response_format']).toEqual({ type: 'json_object' });
    expect(dropped).toEqual(['response_format rewritten']);
  });

  it('keeps a conversation with tools in OpenAI’s form', () => {
    expect(
      messagesOf([
        { role: 'developer', plainText: true, content: [{ type: 'text', text: 'be brief' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image', source: { kind: 'url', url: 'https://x/y.png' }, detail: 'low' },
            { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', id: 'c1', name: 'f', kind: 'function', arguments: '{"a":1}' }],
        },
        {
          role: 'tool',
          plainText: true,
          content: [{ type: 'tool-result', toolCallId: 'c1', content: [{ type: 'text', text: '7' }] }],
        },
        { role: 'assistant', content: [{ type: 'refusal', text: 'no' }] },
      ]),
    ).toEqual([
      { role: 'developer', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '7' },
      { role: 'assistant', content: null, refusal: 'no' },
    ]);
  });

  it('gives tool results inside a user turn messages of their own, before the rest of the turn', () => {
    expect(
      messagesOf([
        {
          role: 'user',
          content: [
            { type: 'tool-result', toolCallId: 'c1', content: [{ type: 'text', text: '7' }] },
            { type: 'text', text: 'and now?' },
          ],
        },
      ]),
    ).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: '7' },
      { role: 'user', content: [{ type: 'text', text: 'and now?' }] },
    ]);
  });

  it('calls a developer a system where the server knows no developers', () => {
    const developer: ChatMessage = {
      role: 'developer',
      plainText: true,
      content: [{ type: 'text', text: 'x' }],
    };

    expect(messagesOf([developer], COMPATIBLE_PROFILE)).toEqual([{ role: 'system', content: 'x' }]);
    expect(map({ messages: [developer] }, { profile: COMPATIBLE_PROFILE }).dropped).toEqual([
      'messages.role rewritten',
    ]);
  });

  it('reports parts that have no equal here', () => {
    const { dropped } = map({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 't' },
            { type: 'text', text: 'a' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'native', dialect: 'gemini', value: {} },
            { type: 'text', text: 'b', cacheMark: { ttl: '5m' } },
          ],
        },
      ],
    });

    expect(dropped).toEqual([
      'messages.reasoning_content dropped',
      'messages.content dropped',
      'cache_control dropped',
    ]);
  });
});
