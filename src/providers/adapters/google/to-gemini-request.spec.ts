import type { GeminiRequestBody } from '../../../../test/support/gemini-wire';
import type { ModelTraits } from '../../../llm/chat-adapter';
import type { ChatRequest, ReasoningRequest, Sampling, ToolChoice } from '../../../llm/chat-request';
import { toGeminiRequest } from './to-gemini-request';

const TRAITS: ModelTraits = { reasoning: true, vision: true, tools: true, jsonSchema: true };
const BY_BUDGET: ModelTraits = { ...TRAITS, reasoningControl: 'budget' };

interface Mapped {
  readonly body: GeminiRequestBody;
  /** `name action` of everything that did not arrive as it was. */
  readonly listed: readonly string[];
}

function map(request: Partial<ChatRequest>, traits: ModelTraits = TRAITS): Mapped {
  const mapped = toGeminiRequest({
    endpoint: { provider: 'google', baseUrl: 'https://google.example/v1beta', apiKey: 'k' },
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
    traits,
    attemptId: 'att_1',
    signal: new AbortController().signal,
  });
  return {
    body: JSON.parse(mapped.body) as GeminiRequestBody,
    listed: mapped.droppedParameters.map((one) => `${one.name} ${one.action}`),
  };
}

const configOf = (
  request: Partial<ChatRequest>,
  traits?: ModelTraits,
): GeminiRequestBody['generationConfig'] => map(request, traits).body.generationConfig;
const TOOLS: ChatRequest['tools'] = [{ kind: 'function', name: 'f' }];

describe('toGeminiRequest', () => {
  it('sends nothing that nobody asked for', () => {
    const body: GeminiRequestBody = {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { maxOutputTokens: 77 },
    };

    expect(map({})).toEqual({ body, listed: [] });
  });

  it('passes every kind of sampling on that Gemini has, a temperature of zero included', () => {
    const mapped = map({
      sampling: { temperature: 0, topP: 1, topK: 5, frequencyPenalty: 0.5, presencePenalty: 0.1, seed: 7 },
      stop: ['a'],
      choiceCount: 2,
      logprobs: { top: 3 },
    });
    const generationConfig: GeminiRequestBody['generationConfig'] = {
      temperature: 0,
      topP: 1,
      topK: 5,
      frequencyPenalty: 0.5,
      presencePenalty: 0.1,
      seed: 7,
      maxOutputTokens: 77,
      stopSequences: ['a'],
      candidateCount: 2,
      responseLogprobs: true,
      logprobs: 3,
    };

    expect(mapped).toEqual({ body: expect.objectContaining({ generationConfig }) as unknown, listed: [] });
  });

  it('clamps what goes beyond the limits of Gemini, and says so', () => {
    const mapped = map({
      stop: ['1', '2', '3', '4', '5', '6'],
      choiceCount: 20,
      logprobs: { top: 50 },
      sampling: { seed: 2 ** 40 + 5 },
    });

    expect(mapped.body.generationConfig).toMatchObject({
      stopSequences: ['1', '2', '3', '4', '5'],
      candidateCount: 8,
      logprobs: 20,
      seed: 5,
    });
    expect([...mapped.listed].sort()).toEqual([
      'n clamped',
      'seed rewritten',
      'stop clamped',
      'top_logprobs clamped',
    ]);
  });

  it('folds a seed of more than 32 bits to one that is always the same', () => {
    expect(
      [2 ** 31, -(2 ** 31), -(2 ** 31) - 7].map((seed) => configOf({ sampling: { seed } }).seed),
    ).toEqual([0, -(2 ** 31), 7]);
  });

  it('asks for log probabilities without alternatives when none are wanted', () => {
    expect(configOf({ logprobs: { top: 0 } })).toEqual({ maxOutputTokens: 77, responseLogprobs: true });
  });

  it('asks for JSON and for a schema, whose name and description the model can read', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };

    expect(configOf({ responseFormat: { type: 'json_object' } })).toMatchObject({
      responseMimeType: 'application/json',
    });
    expect(
      configOf({
        responseFormat: {
          type: 'json_schema',
          name: 'order',
          description: 'one order',
          schema,
          strict: true,
        },
      }),
    ).toMatchObject({
      responseMimeType: 'application/json',
      responseJsonSchema: { title: 'order', description: 'one order', ...schema },
    });
    expect(configOf({ responseFormat: { type: 'text' } })).toEqual({ maxOutputTokens: 77 });
  });

  it('weakens a schema for a model without, and names the keywords that have no effect', () => {
    const responseFormat = { type: 'json_schema' as const, schema: { type: 'string', pattern: 'x' } };

    expect(map({ responseFormat }, { ...TRAITS, jsonSchema: false }).listed).toEqual([
      'response_format rewritten',
    ]);
    expect(map({ responseFormat }).listed).toEqual(['response_format.json_schema.schema dropped']);
  });

  it('declares functions with their schema untouched', () => {
    const parameters = { type: 'object', properties: {}, additionalProperties: false, $defs: {} };
    const { body, listed } = map({
      tools: [
        { kind: 'function', name: 'f', description: 'does f', parameters },
        { kind: 'function', name: 'g' },
      ],
    });

    expect(body.tools).toEqual([
      {
        functionDeclarations: [
          { name: 'f', description: 'does f', parametersJsonSchema: parameters },
          { name: 'g' },
        ],
      },
    ]);
    expect(body.toolConfig).toBeUndefined();
    expect(listed).toEqual([]);
  });

  it.each<[ToolChoice, object]>([
    [{ mode: 'auto' }, { mode: 'AUTO' }],
    [{ mode: 'none' }, { mode: 'NONE' }],
    [{ mode: 'required' }, { mode: 'ANY' }],
    [
      { mode: 'tool', kind: 'function', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
  ])('says %j in the words of Gemini', (toolChoice, functionCallingConfig) => {
    expect(map({ tools: TOOLS, toolChoice })).toMatchObject({
      body: { toolConfig: { functionCallingConfig } },
      listed: [],
    });
  });

  it('lists tools and choices that cannot be passed on', () => {
    const { body, listed } = map({
      tools: [
        { kind: 'custom', name: 'c' },
        { kind: 'native', dialect: 'openai-responses', value: {} },
        { kind: 'function', name: 'f', strict: true, cacheMark: { ttl: '5m' }, parameters: { not: {} } },
      ],
      toolChoice: { mode: 'native', dialect: 'openai-chat', value: {} },
      parallelToolCalls: false,
    });

    expect(body.tools).toHaveLength(1);
    expect([...listed].sort()).toEqual([
      'cache_control dropped',
      'parallel_tool_calls dropped',
      'tool_choice dropped',
      'tools dropped',
      'tools.function.parameters dropped',
      'tools.function.strict dropped',
    ]);
    expect(map({ tools: TOOLS }, { ...TRAITS, tools: false })).toMatchObject({ listed: ['tools dropped'] });
    expect(map({ toolChoice: { mode: 'required' } }).listed).toEqual(['tool_choice dropped']);
  });

  it.each<[ReasoningRequest, object | undefined, string[]]>([
    [{ effort: 'minimal' }, { thinkingLevel: 'MINIMAL', includeThoughts: true }, []],
    [{ effort: 'low' }, { thinkingLevel: 'LOW', includeThoughts: true }, []],
    [{ effort: 'medium' }, { thinkingLevel: 'MEDIUM', includeThoughts: true }, []],
    [{ effort: 'high', summary: 'omitted' }, { thinkingLevel: 'HIGH' }, []],
    [{ effort: 'max' }, { thinkingLevel: 'HIGH', includeThoughts: true }, ['reasoning_effort clamped']],
    [{ effort: 'none' }, { thinkingLevel: 'MINIMAL' }, ['reasoning_effort clamped']],
    [{ mode: 'disabled' }, { thinkingLevel: 'MINIMAL' }, ['thinking rewritten']],
    [{ mode: 'adaptive' }, { includeThoughts: true }, []],
    [{ budgetTokens: 9_000 }, { thinkingLevel: 'MEDIUM', includeThoughts: true }, ['thinking rewritten']],
    [{ budgetTokens: 99_000 }, { thinkingLevel: 'HIGH', includeThoughts: true }, ['thinking rewritten']],
    [
      { effort: 'low', budgetTokens: 5 },
      { thinkingLevel: 'LOW', includeThoughts: true },
      ['thinking dropped'],
    ],
    [{ effort: 'odd' }, { includeThoughts: true }, ['reasoning_effort dropped']],
  ])('tells a model that thinks by level %j as %j', (reasoning, thinkingConfig, listed) => {
    expect(map({ reasoning })).toEqual({
      body: expect.objectContaining({ generationConfig: { maxOutputTokens: 77, thinkingConfig } }) as unknown,
      listed,
    });
  });

  it.each<[ReasoningRequest, object | undefined, string[]]>([
    [{ effort: 'none' }, { thinkingBudget: 0 }, []],
    [{ effort: 'low' }, { thinkingBudget: 1_024, includeThoughts: true }, []],
    [{ effort: 'high' }, { thinkingBudget: 24_576, includeThoughts: true }, []],
    [{ mode: 'disabled', budgetTokens: 9 }, { thinkingBudget: 0 }, []],
    [{ mode: 'adaptive' }, { thinkingBudget: -1, includeThoughts: true }, []],
    [{ mode: 'enabled', budgetTokens: 512 }, { thinkingBudget: 512, includeThoughts: true }, []],
    [
      { effort: 'low', budgetTokens: 512 },
      { thinkingBudget: 512, includeThoughts: true },
      ['reasoning_effort dropped'],
    ],
    [{ effort: 'odd' }, { includeThoughts: true }, ['reasoning_effort dropped']],
  ])('tells a model that thinks by budget %j as %j', (reasoning, thinkingConfig, listed) => {
    expect(map({ reasoning }, BY_BUDGET)).toEqual({
      body: expect.objectContaining({ generationConfig: { maxOutputTokens: 77, thinkingConfig } }) as unknown,
      listed,
    });
  });

  it('never asks a model to think that cannot, and asks for a dearer tier only where its price is known', () => {
    const plain = { ...TRAITS, reasoning: false };

    expect(map({ reasoning: { effort: 'low', budgetTokens: 5, summary: 'auto' } }, plain).listed).toEqual([
      'reasoning_effort dropped',
      'thinking dropped',
      'reasoning.summary dropped',
    ]);
    expect(map({ serviceTier: 'priority' })).toMatchObject({ listed: ['service_tier dropped'] });
    const priced = { ...TRAITS, serviceTiers: ['priority'] };
    expect(map({ serviceTier: 'priority' }, priced)).toMatchObject({
      body: { serviceTier: 'priority' },
      listed: [],
    });
    expect(map({ serviceTier: 'flex' })).toMatchObject({ body: { serviceTier: 'flex' }, listed: [] });
    expect(map({ serviceTier: 'auto' }).body.serviceTier).toBeUndefined();
  });

  it('lists extensions, and keeps those of the router to itself', () => {
    expect(map({ extensions: { store: true, session_id: 's' } })).toEqual(
      expect.objectContaining({ listed: ['store dropped'] }),
    );
  });
});

/** What becomes of a field: members of the body it leads to, or names under which its loss is told. */
interface Fate {
  readonly request: Partial<ChatRequest>;
  readonly mapped?: object;
  readonly listed?: readonly string[];
  /** Speaks to the gateway alone. */
  readonly ours?: true;
}

const text = { type: 'text' as const, text: 'x' };
const FATES: { readonly [Field in keyof Required<ChatRequest>]: Fate } = {
  dialect: { request: { dialect: 'anthropic-messages' }, ours: true },
  model: { request: { model: 'auto' }, ours: true },
  stream: { request: { stream: true }, ours: true },
  includeUsage: { request: { includeUsage: true }, ours: true },
  messages: {
    request: { messages: [{ role: 'user', content: [text] }] },
    mapped: { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
  },
  tools: { request: { tools: TOOLS }, mapped: { tools: [{ functionDeclarations: [{ name: 'f' }] }] } },
  toolChoice: {
    request: { tools: TOOLS, toolChoice: { mode: 'none' } },
    mapped: { toolConfig: { functionCallingConfig: { mode: 'NONE' } } },
  },
  parallelToolCalls: {
    request: { tools: TOOLS, parallelToolCalls: false },
    listed: ['parallel_tool_calls dropped'],
  },
  responseFormat: {
    request: { responseFormat: { type: 'json_object' } },
    mapped: { generationConfig: { responseMimeType: 'application/json' } },
  },
  sampling: { request: { sampling: { topP: 1 } }, mapped: { generationConfig: { topP: 1 } } },
  stop: { request: { stop: ['x'] }, mapped: { generationConfig: { stopSequences: ['x'] } } },
  // The limit the gateway has settled on is sent, whatever the client wrote.
  maxOutputTokens: {
    request: { maxOutputTokens: 77 },
    mapped: { generationConfig: { maxOutputTokens: 77 } },
  },
  choiceCount: { request: { choiceCount: 3 }, mapped: { generationConfig: { candidateCount: 3 } } },
  logprobs: { request: { logprobs: {} }, mapped: { generationConfig: { responseLogprobs: true } } },
  reasoning: {
    request: { reasoning: { effort: 'low' } },
    mapped: { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } },
  },
  serviceTier: { request: { serviceTier: 'flex' }, mapped: { serviceTier: 'flex' } },
  user: { request: { user: 'u' }, listed: ['user dropped'] },
  metadata: { request: { metadata: { a: 'b' } }, listed: ['metadata dropped'] },
  promptCacheKey: { request: { promptCacheKey: 'k' }, listed: ['prompt_cache_key dropped'] },
  verbosity: { request: { verbosity: 'low' }, listed: ['verbosity dropped'] },
  extensions: { request: { extensions: { prediction: {} } }, listed: ['prediction dropped'] },
};
const SAMPLING_FATES: { readonly [Field in keyof Required<Sampling>]: Fate } = {
  temperature: {
    request: { sampling: { temperature: 2 } },
    mapped: { generationConfig: { temperature: 2 } },
  },
  topP: { request: { sampling: { topP: 0.1 } }, mapped: { generationConfig: { topP: 0.1 } } },
  topK: { request: { sampling: { topK: 3 } }, mapped: { generationConfig: { topK: 3 } } },
  minP: { request: { sampling: { minP: 0.1 } }, listed: ['min_p dropped'] },
  frequencyPenalty: {
    request: { sampling: { frequencyPenalty: 1 } },
    mapped: { generationConfig: { frequencyPenalty: 1 } },
  },
  presencePenalty: {
    request: { sampling: { presencePenalty: 1 } },
    mapped: { generationConfig: { presencePenalty: 1 } },
  },
  seed: { request: { sampling: { seed: -3 } }, mapped: { generationConfig: { seed: -3 } } },
  logitBias: { request: { sampling: { logitBias: { 5: 1 } } }, listed: ['logit_bias dropped'] },
};

describe('every field of a request', () => {
  it.each([...Object.entries(FATES), ...Object.entries(SAMPLING_FATES)])(
    '%s is mapped, or its loss is told',
    (_field, { request, mapped, listed, ours }) => {
      const result = map(request);

      expect(result.listed).toEqual(listed ?? []);
      if (mapped) expect(result.body).toMatchObject(mapped);
      if (ours) expect(result).toEqual(map({}));
      expect([mapped, listed, ours].filter((fate) => fate !== undefined)).toHaveLength(1);
    },
  );
});
