import { isJsonObject, type JsonObject } from '../../src/common/json';
import { parseChatRequest } from '../../src/gateway/openai/parse-chat-request';
import type { ModelTraits } from '../../src/llm/chat-adapter';
import { toOpenAiRequest } from '../../src/providers/adapters/openai-compatible/to-openai-request';
import {
  COMPATIBLE_PROFILE,
  OPENAI_PROFILE,
  type OpenAiWireProfile,
} from '../../src/providers/adapters/openai-compatible/wire-profile';

const ALL_TRAITS: ModelTraits = { reasoning: false, vision: true, tools: true, jsonSchema: true };
const LIMIT = 1_000;
const USER = { role: 'user', content: 'Hi' };
const TOOL = {
  type: 'function',
  function: { name: 'f', description: 'd', parameters: { type: 'object', properties: {} }, strict: true },
};

interface Sent {
  readonly body: JsonObject;
  /** Names of everything that was reported as not passed on as it was. */
  readonly reported: readonly string[];
}

function send(
  fields: object,
  profile: OpenAiWireProfile = OPENAI_PROFILE,
  traits: Partial<ModelTraits> = {},
): Sent {
  const request = parseChatRequest({ messages: [USER], ...fields });
  const call = {
    endpoint: { provider: 'openai', baseUrl: 'http://vendor.test', apiKey: undefined },
    model: 'vendor-model',
    request,
    maxOutputTokens: LIMIT,
    traits: { ...ALL_TRAITS, ...traits },
    attemptId: 'att_1',
    signal: new AbortController().signal,
  };
  const { body, droppedParameters } = toOpenAiRequest(call, profile, { stream: request.stream });
  const value: unknown = JSON.parse(body);
  if (!isJsonObject(value)) throw new Error('a body is an object');
  return { body: value, reported: droppedParameters.map(({ name }) => name) };
}

/** Nulls mean absent to OpenAI, except where a message has no content. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}

/** Bodies that must reach a vendor that knows everything exactly as they are. */
const UNTOUCHED: readonly (readonly [string, object])[] = [
  ['plain text', {}],
  ['text that needs escaping', { messages: [{ role: 'user', content: '\u0000 "\\ 😀 \u2028 </script>' }] }],
  ['an empty text', { messages: [{ role: 'user', content: '' }] }],
  ['one text part', { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }],
  [
    'a whole conversation',
    {
      messages: [
        { role: 'developer', content: 'Be brief' },
        { role: 'system', content: 'Really', name: 'house' },
        { role: 'user', content: 'What is 2+2?', name: 'ada' },
        {
          role: 'assistant',
          content: 'Let me see',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a": 2 }' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '4' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c2', type: 'custom', custom: { name: 'g', input: 'x' } }],
        },
        {
          role: 'tool',
          tool_call_id: 'c2',
          content: [
            { type: 'text', text: '5' },
            { type: 'text', text: '6' },
          ],
        },
        { role: 'assistant', content: '4', name: 'calc' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: null, refusal: 'I will not' },
        { role: 'assistant', content: null, audio: { id: 'audio_1' } },
        { role: 'user', content: 'Thanks' },
      ],
    },
  ],
  [
    'images, audio and files',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'low' } },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
            { type: 'image_url', image_url: { url: 'data:image/png;foo=bar;base64,QUJD' } },
            { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
            { type: 'file', file: { file_id: 'file-1', filename: 'a.pdf' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,QUJD', filename: 'a.pdf' } },
            { type: 'file', file: { file_data: 'QUJD' } },
            { type: 'video_url', video_url: { url: 'https://x.test/a.mp4' } },
          ],
        },
      ],
    },
  ],
  [
    'sampling',
    {
      temperature: 0,
      top_p: 0.5,
      frequency_penalty: -1,
      presence_penalty: 1,
      seed: 7,
      logit_bias: { '1': 2 },
      logprobs: true,
      top_logprobs: 3,
      stop: ['a', 'b'],
      n: 2,
    },
  ],
  [
    'tools of all kinds',
    {
      tools: [
        TOOL,
        { type: 'custom', custom: { name: 'g', description: 'e', format: { type: 'text' } } },
        { type: 'web_search', web_search: { size: 'low' } },
      ],
      tool_choice: { type: 'custom', custom: { name: 'g' } },
      parallel_tool_calls: false,
    },
  ],
  ['a required tool', { tools: [TOOL], tool_choice: 'required' }],
  ['a chosen function', { tools: [TOOL], tool_choice: { type: 'function', function: { name: 'f' } } }],
  [
    'allowed tools',
    { tools: [TOOL], tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } },
  ],
  ['a JSON object', { response_format: { type: 'json_object' } }],
  [
    'a JSON schema',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', description: 'd', schema: { type: 'object' }, strict: false },
      },
    },
  ],
  [
    'vendor fields',
    {
      user: 'u',
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      verbosity: 'low',
      service_tier: 'flex',
      store: false,
      safety_identifier: 's',
      prediction: { type: 'content', content: 'x' },
      prompt_cache_retention: '24h',
    },
  ],
  ['a stream', { stream: true, stream_options: { include_usage: true } }],
];

/** Bodies of which something cannot reach the vendor: what must be reported then. */
const REPORTED: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'unknown fields',
    { web_search_options: {}, modalities: ['text'], nonsense: 1 },
    ['web_search_options', 'modalities', 'nonsense'],
  ],
  ['unknown fields of a message', { messages: [{ ...USER, weight: 1 }] }, ['messages.weight']],
  ['a call id on a user message', { messages: [{ ...USER, tool_call_id: 'c' }] }, ['messages.tool_call_id']],
  [
    'thinking',
    { messages: [{ role: 'assistant', content: 'a', reasoning_content: 'b' }, USER] },
    ['messages.reasoning_content'],
  ],
  [
    'unknown fields of parts',
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', annotations: [] }] }] },
    ['messages.content.annotations'],
  ],
  [
    'a cache mark',
    {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
      ],
    },
    ['cache_control'],
  ],
  [
    'pictures in a tool result',
    {
      messages: [
        {
          role: 'tool',
          tool_call_id: 'c',
          content: [{ type: 'image_url', image_url: { url: 'https://x.test' } }],
        },
      ],
    },
    ['messages.content'],
  ],
  [
    'unknown fields of calls',
    {
      messages: [
        { role: 'assistant', tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] },
        USER,
      ],
    },
    ['messages.tool_calls.index'],
  ],
  ['unknown fields of tools', { tools: [{ ...TOOL, defer: true }] }, ['tools.defer']],
  [
    'unknown stream options',
    { stream: true, stream_options: { include_obfuscation: true } },
    ['stream_options.include_obfuscation'],
  ],
  ['two output limits', { max_tokens: 5, max_completion_tokens: 6 }, ['max_tokens']],
  ['vendor sampling', { top_k: 4, min_p: 0.1 }, ['top_k', 'min_p']],
  ['a dearer service tier', { service_tier: 'priority' }, ['service_tier']],
  ['too many stop sequences', { stop: ['a', 'b', 'c', 'd', 'e'] }, ['stop']],
  ['effort for a model that does not reason', { reasoning_effort: 'low' }, ['reasoning_effort']],
];

describe('an OpenAI body on its way through the gateway', () => {
  it.each(UNTOUCHED)('leaves for OpenAI as it came, with nothing reported: %s', (_, fields) => {
    const { body, reported } = send(fields);

    const { model, max_completion_tokens, ...rest } = body;
    expect({ model, max_completion_tokens }).toEqual({ model: 'vendor-model', max_completion_tokens: LIMIT });
    expect(withoutNulls(rest)).toEqual(withoutNulls({ messages: [USER], ...fields }));
    expect(reported).toEqual([]);
  });

  it.each(REPORTED)('reports what it cannot pass on: %s', (_, fields, names) => {
    expect(send(fields).reported).toEqual(names);
  });

  it.each([
    ['temperature', { temperature: 1 }],
    ['top_p', { top_p: 1 }],
    ['frequency_penalty', { frequency_penalty: 1 }],
    ['presence_penalty', { presence_penalty: 1 }],
    ['logit_bias', { logit_bias: {} }],
    ['logprobs', { logprobs: true }],
    ['stop', { stop: 'a' }],
  ])('reports %s when a reasoning model does not take it', (name, fields) => {
    expect(send(fields, OPENAI_PROFILE, { reasoning: true })).toMatchObject({ reported: [name] });
  });

  it('passes the effort on to a reasoning model', () => {
    expect(send({ reasoning_effort: 'high' }, OPENAI_PROFILE, { reasoning: true })).toMatchObject({
      body: { reasoning_effort: 'high', max_completion_tokens: LIMIT },
      reported: [],
    });
  });

  it('turns deprecated functions into tools', () => {
    const { function: definition } = TOOL;
    const { body } = send({
      messages: [
        USER,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '4' },
      ],
      functions: [definition],
      function_call: { name: 'f' },
    });

    expect(body).toMatchObject({
      messages: [
        USER,
        { tool_calls: [{ id: 'f', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'f', content: '4' },
      ],
      tools: [TOOL],
      tool_choice: { type: 'function', function: { name: 'f' } },
    });
  });

  it('speaks the older names to other servers and passes on what those know', () => {
    const messages = [{ role: 'developer', content: 'Be brief' }, USER];
    const { body, reported } = send(
      { messages, top_k: 5, guided_json: {}, metadata: { a: 'b' } },
      COMPATIBLE_PROFILE,
    );

    expect(body).toEqual({
      model: 'vendor-model',
      messages: [{ role: 'system', content: 'Be brief' }, USER],
      max_tokens: LIMIT,
      top_k: 5,
      guided_json: {},
    });
    expect(reported).toEqual(['messages.role', 'metadata']);
  });
});
