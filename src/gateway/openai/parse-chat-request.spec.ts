import fc from 'fast-check';
import { AppError } from '../../common/app-error';
import type { ChatRequest } from '../../llm/chat-request';
import { parseChatRequest } from './parse-chat-request';

const MESSAGES = [{ role: 'user', content: 'Hi' }];

function parse(fields: object): ChatRequest {
  return parseChatRequest({ messages: MESSAGES, ...fields });
}

/** The field a body is refused for; undefined when it is accepted. */
function refusedParam(body: unknown): string | undefined {
  try {
    parseChatRequest(body);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'validation_error', category: 'invalid_request' });
    return (error as AppError).param;
  }
}

describe('parseChatRequest', () => {
  it('gives a body with nothing but messages the documented defaults', () => {
    expect(parseChatRequest({ messages: MESSAGES })).toMatchObject({
      dialect: 'openai-chat',
      model: undefined,
      choiceCount: 1,
      stream: false,
      includeUsage: false,
      sampling: { temperature: undefined, topP: undefined },
      extensions: {},
    });
  });

  it.each<[object, Partial<ChatRequest>]>([
    [{ model: 'openai/gpt-4o' }, { model: 'openai/gpt-4o' }],
    [{ max_tokens: 5 }, { maxOutputTokens: 5 }],
    [{ max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
    [
      { max_completion_tokens: 6, max_tokens: 6 },
      { maxOutputTokens: 6, extensions: {} },
    ],
    [{ n: 3 }, { choiceCount: 3 }],
    [{ stream: true }, { stream: true }],
    [{ stream_options: { include_usage: true } }, { includeUsage: true }],
    [{ stop: 'END' }, { stop: ['END'] }],
    [{ stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    [{ logprobs: true }, { logprobs: {} }],
    [{ logprobs: true, top_logprobs: 0 }, { logprobs: { top: 0 } }],
    [{ logprobs: false }, { logprobs: undefined }],
    [{ reasoning_effort: 'minimal' }, { reasoning: { effort: 'minimal' } }],
    [{ service_tier: 'flex' }, { serviceTier: 'flex' }],
    [{ user: 'u-1' }, { user: 'u-1' }],
    [{ metadata: { a: '1' } }, { metadata: { a: '1' } }],
    [{ prompt_cache_key: 'k' }, { promptCacheKey: 'k' }],
    [{ verbosity: 'low' }, { verbosity: 'low' }],
    [{ parallel_tool_calls: false }, { parallelToolCalls: false }],
    [{ response_format: { type: 'text' } }, { responseFormat: { type: 'text' } }],
    [{ response_format: { type: 'json_object' } }, { responseFormat: { type: 'json_object' } }],
  ])('maps %j', (fields, expected) => {
    expect(parse(fields)).toMatchObject(expected);
  });

  it('maps every sampling field, and a temperature of 0 stays 0', () => {
    const { sampling } = parse({
      temperature: 0,
      top_p: 0,
      top_k: 0,
      min_p: 0,
      frequency_penalty: -2,
      presence_penalty: 2,
      seed: -1,
      logit_bias: { '50256': -100 },
    });

    expect(sampling).toEqual({
      temperature: 0,
      topP: 0,
      topK: 0,
      minP: 0,
      frequencyPenalty: -2,
      presencePenalty: 2,
      seed: -1,
      logitBias: { '50256': -100 },
    });
  });

  it('maps a JSON schema format with all of its members', () => {
    const json_schema = { name: 'n', description: 'd', schema: { type: 'object' }, strict: true };

    expect(parse({ response_format: { type: 'json_schema', json_schema } }).responseFormat).toEqual({
      type: 'json_schema',
      ...json_schema,
    });
  });

  it('treats null in every optional field as absent', () => {
    const fields = [
      ...['model', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'min_p', 'seed'],
      ...['frequency_penalty', 'presence_penalty', 'logit_bias', 'stop', 'n', 'stream', 'stream_options'],
      ...['tools', 'tool_choice', 'functions', 'function_call', 'parallel_tool_calls', 'response_format'],
      ...['logprobs', 'top_logprobs', 'reasoning_effort', 'service_tier', 'user', 'metadata', 'store'],
      ...['prompt_cache_key', 'verbosity', 'audio', 'prediction', 'whatever'],
    ];

    expect(parse(Object.fromEntries(fields.map((name) => [name, null])))).toEqual(parse({}));
  });

  it('keeps unknown fields whole, and nested ones by their path, so that each can be reported', () => {
    const { extensions } = parse({
      store: true,
      prediction: { type: 'content', content: 'x' },
      stream_options: { include_obfuscation: false },
      response_format: { type: 'json_schema', json_schema: { name: 'n', examples: [] }, version: 2 },
    });

    expect(extensions).toEqual({
      store: true,
      prediction: { type: 'content', content: 'x' },
      'stream_options.include_obfuscation': false,
      'response_format.json_schema.examples': [],
      'response_format.version': 2,
    });
  });

  it('reports an output limit that a different, newer one overrules', () => {
    expect(parse({ max_completion_tokens: 6, max_tokens: 5 })).toMatchObject({
      maxOutputTokens: 6,
      extensions: { max_tokens: 5 },
    });
  });

  it('does not take fields for the router as unknown', () => {
    expect(parse({ max_budget: 1, region: 'eu' }).extensions).toEqual({});
  });

  it.each<[string, object]>([
    ['model', { model: 7 }],
    ['messages', { messages: {} }],
    ['messages', { messages: [] }],
    ['messages', { messages: null }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['max_tokens', { max_tokens: '5' }],
    ['max_completion_tokens', { max_completion_tokens: -1 }],
    ['max_completion_tokens', { max_completion_tokens: 1e300 }],
    ['temperature', { temperature: 2.1 }],
    ['temperature', { temperature: '0' }],
    ['temperature', { temperature: Number.NaN }],
    ['temperature', { temperature: Number.POSITIVE_INFINITY }],
    ['top_p', { top_p: -0.1 }],
    ['top_k', { top_k: 0.5 }],
    ['min_p', { min_p: 2 }],
    ['frequency_penalty', { frequency_penalty: 3 }],
    ['presence_penalty', { presence_penalty: -3 }],
    ['seed', { seed: 2 ** 60 }],
    ['logit_bias', { logit_bias: [] }],
    ['stop', { stop: 5 }],
    ['stop', { stop: ['a', 5] }],
    ['stop', { stop: Array.from({ length: 17 }, () => 'x') }],
    ['n', { n: 0 }],
    ['n', { n: 129 }],
    ['stream', { stream: 'true' }],
    ['stream_options', { stream_options: true }],
    ['stream_options.include_usage', { stream_options: { include_usage: 1 } }],
    ['tools', { tools: {} }],
    ['tools[0]', { tools: ['x'] }],
    ['functions[0].name', { functions: [{}] }],
    ['tool_choice', { tool_choice: 'maybe' }],
    ['tool_choice', { tool_choice: 1 }],
    ['function_call', { function_call: 'maybe' }],
    ['parallel_tool_calls', { parallel_tool_calls: 0 }],
    ['response_format', { response_format: 'json' }],
    ['response_format.type', { response_format: {} }],
    ['response_format.type', { response_format: { type: 'xml' } }],
    ['response_format.json_schema', { response_format: { type: 'json_schema' } }],
    ['response_format.json_schema.name', { response_format: { type: 'json_schema', json_schema: {} } }],
    ['logprobs', { logprobs: 1 }],
    ['top_logprobs', { top_logprobs: 3 }],
    ['top_logprobs', { logprobs: true, top_logprobs: 21 }],
    ['reasoning_effort', { reasoning_effort: 3 }],
    ['service_tier', { service_tier: {} }],
    ['user', { user: [] }],
    ['metadata', { metadata: 'x' }],
    ['prompt_cache_key', { prompt_cache_key: 1 }],
    ['verbosity', { verbosity: false }],
  ])('refuses a wrong %s with 400 and names it (%j)', (param, fields) => {
    expect(refusedParam({ messages: MESSAGES, ...fields })).toBe(param);
  });

  it.each([null, undefined, 'text', 7, true, [], [MESSAGES]])('refuses %j as a body', (body) => {
    expect(refusedParam(body)).toBe('body');
  });

  it('refuses a body with hundreds of unknown fields, wherever they stand', () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, 1]));
    const few = Object.fromEntries(Object.entries(many).slice(0, 100));
    const scattered = Object.keys(many).map((name) => ({ role: 'user', content: 'x', [name]: 1 }));

    expect(refusedParam({ messages: MESSAGES, ...few })).toBeUndefined();
    expect(refusedParam({ messages: MESSAGES, ...many })).toBe('f100');
    expect(refusedParam({ messages: scattered })).toBe('messages[100].f100');
  });

  it('does not let a member called __proto__ become a prototype', () => {
    const body: unknown = JSON.parse(
      '{"messages":[{"role":"user","content":"x","__proto__":{"name":"evil"}}],"__proto__":{"polluted":true,"stream":true}}',
    );

    const request = parseChatRequest(body);

    expect(request.stream).toBe(false);
    expect(request.messages[0]?.name).toBeUndefined();
    expect(Object.getPrototypeOf(request.extensions)).toBe(Object.prototype);
    expect(Object.keys(request.extensions)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });

  it('names an endless path in an error no longer than 200 characters', () => {
    const vendor = 'v'.repeat(10_000);
    const call = { id: 'c', function: { name: 'f' }, extra_content: { [vendor]: 1 } };

    expect(refusedParam({ messages: [{ role: 'assistant', tool_calls: [call] }] })).toHaveLength(200);
  });

  it('keeps a megabyte of text byte for byte', () => {
    const text = `\u0000\ud800 ${'ä😀\r\n\t"\\'.repeat(150_000)}`;

    const [message] = parseChatRequest({ messages: [{ role: 'user', content: text }] }).messages;

    expect(message?.content).toEqual([{ type: 'text', text }]);
  });

  it('accepts or refuses any JSON with 400, and throws nothing else', () => {
    const names = fc.constantFrom(
      ...[
        'model',
        'messages',
        'tools',
        'tool_choice',
        'functions',
        'function_call',
        'response_format',
        'stop',
      ],
      ...['stream_options', 'temperature', 'n', 'max_tokens', 'logprobs', 'top_logprobs', 'metadata', 'x'],
      ...[
        'role',
        'content',
        'type',
        'text',
        'image_url',
        'url',
        'file',
        'file_data',
        'input_audio',
        'format',
      ],
      ...['function', 'custom', 'name', 'tool_calls', 'id', 'tool_call_id', 'arguments', 'cache_control'],
      ...['audio', 'extra_content', 'json_schema', 'schema', '__proto__', 'constructor', 'toString'],
    );
    const words = fc.constantFrom('user', 'assistant', 'tool', 'function', 'text', 'file', 'custom', 'auto');
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        fc.constantFrom(null, true, false, -0, 1e308, -1, 0.5),
        words,
        fc.string(),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(names, tie('json'), { maxKeys: 8 }),
      ),
    }));
    const message = fc
      .dictionary(names, json)
      .map((fields) => ({ role: 'assistant', content: 'x', ...fields }));
    const body = fc.oneof(
      json,
      fc.record({ messages: fc.array(message, { minLength: 1, maxLength: 3 }) }),
      fc.tuple(fc.dictionary(names, json), fc.array(message, { maxLength: 3 })).map(([fields, messages]) => ({
        ...fields,
        messages,
      })),
    );

    fc.assert(
      fc.property(body, (value) => void refusedParam(value)),
      { numRuns: 3_000 },
    );
  });
});
