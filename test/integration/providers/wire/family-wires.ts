import type { VendorWire } from './vendor-wire';
import {
  familyAnswers,
  familyErrorInStream,
  OPENAI_FAILURES,
  openAiCall,
  openAiUsage,
  pieceDeltas,
  rateLimit,
  wholeDelta,
  type FamilyStyle,
} from './openai-family-wire';

const BEARER = ['authorization', 'Bearer k-1'] as const;

const withMember =
  (member: string) =>
  (thinking: string, text: string): object => ({ [member]: thinking, content: text });
const deltasWithMember =
  (member: string) =>
  (thinking: string, text: string): readonly object[] => [
    ...thinking.split(/(?<= )/).map((piece) => ({ [member]: piece })),
    { content: text },
  ];

const OPENAI: FamilyStyle = {
  vendor: 'openai',
  model: 'gpt-4o',
  ids: ['call_aaaa1111', 'call_bbbb2222'],
  stop: 'stop',
  usageChunk: 'own',
  usageElsewhere: 'null',
  usageOf: openAiUsage,
  callDeltas: pieceDeltas,
  wholeCall: openAiCall,
  reasoningMessage: withMember('reasoning_content'),
  reasoningDeltas: deltasWithMember('reasoning_content'),
  filter: 'content_filter',
};

/** Calls come whole, without number and type, together with the finish; thinking is a block of the content. */
const MISTRAL: FamilyStyle = {
  ...OPENAI,
  vendor: 'mistral',
  model: 'mistral-medium-3.5',
  ids: ['gSIMJiOkT', 'h0TkPq12Z'],
  usageChunk: 'last',
  usageElsewhere: 'absent',
  usageOf: (counts) => ({ ...openAiUsage(counts), num_cached_tokens: counts.cached ?? 0 }),
  callDeltas: ({ id, name, arguments: text }) => [
    { tool_calls: [{ id, function: { name, arguments: text } }] },
  ],
  wholeCall: ({ id, name, arguments: text }) => ({ id, function: { name, arguments: text } }),
  reasoningMessage: (thinking, text) => ({
    content: [
      { type: 'thinking', thinking: [{ type: 'text', text: thinking }] },
      { type: 'text', text },
    ],
  }),
  reasoningDeltas: (thinking, text) => [
    ...thinking
      .split(/(?<= )/)
      .map((piece) => ({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: piece }] }] })),
    { content: [{ type: 'text', text }] },
  ],
  deltaNoise: { index: 0 },
  filter: undefined,
};

/** The usage stands twice in the last chunk, with times; calls come whole. */
const GROQ: FamilyStyle = {
  ...OPENAI,
  vendor: 'groq',
  model: 'openai/gpt-oss-120b',
  ids: ['tk85n1k4m', 'qq7x2y9ab'],
  usageChunk: 'last',
  usageOf: (counts) => ({ queue_time: 0.02, prompt_time: 0.01, total_time: 0.2, ...openAiUsage(counts) }),
  lastChunk: (usage) => ({ x_groq: { id: 'req_1', ...(usage && { usage }) } }),
  callDeltas: wholeDelta,
  reasoningMessage: withMember('reasoning'),
  reasoningDeltas: deltasWithMember('reasoning'),
  filter: undefined,
};

const TOGETHER: FamilyStyle = {
  ...OPENAI,
  vendor: 'together',
  model: 'deepseek-ai/DeepSeek-V3.1',
  ids: ['call_zz91', 'call_zz92'],
  stop: 'eos',
  usageChunk: 'last',
  usageOf: ({ cached, ...counts }) => ({
    ...openAiUsage(counts),
    ...(cached !== undefined && { cached_tokens: cached }),
  }),
  reasoningMessage: withMember('reasoning'),
  reasoningDeltas: deltasWithMember('reasoning'),
  deltaNoise: { token_id: 4_711 },
  filter: undefined,
};

/** Anthropic behind a proxy: the cache counts stand beside OpenAI's, inside the prompt. */
const LITELLM: FamilyStyle = {
  ...OPENAI,
  vendor: 'litellm',
  model: 'team-gpt',
  ids: ['toolu_01', 'toolu_02'],
  usageOf: ({ cached, ...counts }) => ({
    ...openAiUsage(counts),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached ?? 0,
  }),
};

const mistralError = (fields: object): string =>
  JSON.stringify({ object: 'error', message: 'Some words.', param: null, ...fields });
const groqTooFast =
  'Rate limit reached for model on tokens per minute (TPM): Limit 6000. Please try again in 5.289s.';

export const FAMILY_WIRES: readonly VendorWire[] = [
  {
    vendor: 'openai',
    model: 'gpt-4o',
    keyHeader: BEARER,
    answers: familyAnswers(OPENAI),
    failures: OPENAI_FAILURES,
    errorInStream: familyErrorInStream({ error: { message: 'x', type: 'server_error' } }),
  },
  {
    vendor: 'mistral',
    model: MISTRAL.model,
    keyHeader: BEARER,
    answers: familyAnswers(MISTRAL),
    failures: {
      'bad request': {
        status: 422,
        body: '{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted"}]}',
        kind: 'bad_request',
      },
      'prompt too long': {
        status: 400,
        body: mistralError({
          type: 'invalid_request_prompt',
          message: 'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
          code: '3051',
        }),
        kind: 'context_length',
      },
      'wrong key': { status: 401, body: '{"detail":"Unauthorized"}', kind: 'authentication' },
      'no credit': { status: 402, body: '{"detail":"You have no subscription"}', kind: 'billing' },
      'unknown model': {
        status: 404,
        body: mistralError({ type: 'invalid_model', code: '1500' }),
        kind: 'not_found',
      },
      'rate limit': rateLimit('{"message":"Requests rate limit exceeded"}', { 'retry-after': '2' }, 2_000),
      overload: { status: 503, body: mistralError({ type: 'service_unavailable' }), kind: 'overloaded' },
      'server error': { status: 500, body: mistralError({ type: 'internal' }), kind: 'server' },
    },
    errorInStream: familyErrorInStream({
      id: 'gen-1',
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    }),
  },
  {
    vendor: 'groq',
    model: GROQ.model,
    keyHeader: BEARER,
    answers: familyAnswers(GROQ),
    failures: {
      ...OPENAI_FAILURES,
      'no credit': undefined,
      'rate limit': rateLimit(
        JSON.stringify({ error: { message: groqTooFast, type: 'tokens', code: 'rate_limit_exceeded' } }),
        {
          // The day's calls are far from used up; the minute's tokens are.
          'x-ratelimit-limit-requests': '14400',
          'x-ratelimit-remaining-requests': '14370',
          'x-ratelimit-reset-requests': '2m59.56s',
          'x-ratelimit-remaining-tokens': '0',
          'x-ratelimit-reset-tokens': '7.66s',
        },
        7_660,
      ),
      overload: {
        status: 498,
        body: '{"error":{"message":"Flex tier capacity exceeded","type":"invalid_request_error","code":"capacity_exceeded"}}',
        kind: 'overloaded',
      },
    },
    errorInStream: familyErrorInStream({ x_groq: { id: 'req_1', error: 'over capacity' }, choices: [] }),
  },
  {
    vendor: 'together',
    model: TOGETHER.model,
    keyHeader: BEARER,
    answers: familyAnswers(TOGETHER),
    failures: {
      'bad request': { status: 400, body: '{"error":"temperature must be positive"}', kind: 'bad_request' },
      'prompt too long': {
        status: 403,
        body: '{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097"}',
        kind: 'context_length',
      },
      'wrong key': {
        status: 401,
        body: '{"error":{"message":"Invalid API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}',
        kind: 'authentication',
      },
      'no credit': { status: 402, body: '{"message":"Credit limit exceeded"}', kind: 'billing' },
      'unknown model': { status: 404, body: '{"error":"no such model"}', kind: 'not_found' },
      'rate limit': rateLimit('{"message":"too fast"}', { 'x-ratelimit-reset': '1.5' }, 1_500),
      overload: { status: 524, body: '<html>timeout</html>', kind: 'overloaded' },
      'server error': { status: 500, body: '{"error":"boom"}', kind: 'server' },
    },
    errorInStream: familyErrorInStream({ error: 'worker died' }),
  },
  {
    vendor: 'litellm',
    model: 'team-gpt',
    keyHeader: BEARER,
    answers: familyAnswers(LITELLM),
    failures: {
      ...OPENAI_FAILURES,
      'prompt too long': {
        status: 400,
        body: '{"error":{"message":"litellm.ContextWindowExceededError: b\'{}\'","type":"None","param":"None","code":"400"}}',
        kind: 'context_length',
      },
      'no credit': {
        status: 400,
        body: '{"error":{"message":"Budget has been exceeded!","type":"budget_exceeded","param":null,"code":"400"}}',
        kind: 'billing',
      },
      'rate limit': rateLimit(
        '{"error":{"message":"litellm.RateLimitError","type":"throttling_error","param":null,"code":"429"}}',
        { 'retry-after': '4' },
        4_000,
      ),
      overload: {
        status: 503,
        body: '{"error":{"message":"litellm.ServiceUnavailableError","type":null,"param":null,"code":"503"}}',
        kind: 'overloaded',
      },
    },
    errorInStream: familyErrorInStream({ error: { message: 'litellm.APIError', type: null, code: '500' } }),
  },
];
