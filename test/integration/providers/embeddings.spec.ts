import type { EmbeddingRequest } from '../../../src/llm/embedding-request';
import type { EmbeddingResult } from '../../../src/llm/embedding-result';
import { canEmbed } from '../../../src/providers/can-embed';
import { providerErrorOf } from '../../support/provider-kit';
import { WireKit } from './wire/wire-kit';

const OPENAI = 'openai/text-embedding-3-small';
const GEMINI = 'google/gemini-embedding-001';
const MISTRAL = 'mistral/mistral-embed';
const COHERE = 'cohere/embed-v4.0';
const LITELLM = 'litellm/team-gpt';
const BASE64 = Buffer.from(new Float32Array([0.5, -0.25]).buffer).toString('base64');

const openAiAnswer = (
  embeddings: readonly unknown[] = [[0.1, 0.2]],
  usage: unknown = { prompt_tokens: 3, total_tokens: 3 },
) =>
  JSON.stringify({
    object: 'list',
    model: 'text-embedding-3-small',
    data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    usage,
  });
const GEMINI_ANSWER = JSON.stringify({ embeddings: [{ values: [0.1, 0.2] }] });
const COHERE_ANSWER = JSON.stringify({
  id: 'x',
  embeddings: { float: [[0.1, 0.2]] },
  texts: ['x'],
  meta: { api_version: { version: '2' }, billed_units: { input_tokens: 5 } },
});
const ANSWERS: readonly (readonly [target: string, answer: string])[] = [
  [OPENAI, openAiAnswer()],
  [MISTRAL, openAiAnswer()],
  [LITELLM, openAiAnswer()],
  ['together/openai/gpt-oss-20b', openAiAnswer()],
  ['groq/openai/gpt-oss-20b', openAiAnswer()],
  [GEMINI, GEMINI_ANSWER],
  [COHERE, COHERE_ANSWER],
];

let wire: WireKit;
beforeEach(() => {
  wire = new WireKit();
});

function embed(
  target: string,
  answer: string,
  change: Partial<EmbeddingRequest> = {},
  { status = 200, vectorLength = 2 }: { readonly status?: number; readonly vectorLength?: number } = {},
): Promise<EmbeddingResult> {
  wire.http.answer = {
    status,
    headers: { 'content-type': 'application/json' },
    pieces: [Buffer.from(answer)],
  };
  return wire.kit.invoker.embed(wire.kit.target(target), {
    request: { model: target, inputs: ['x'], encoding: 'float', extensions: {}, ...change },
    vectorLength,
    attemptId: 'att_test',
    signal: new AbortController().signal,
  });
}

async function sent(target: string, answer: string, change: Partial<EmbeddingRequest>) {
  const { droppedParameters } = await embed(target, answer, change);
  const { url, headers } = wire.http.requests[0] ?? {};
  return { url, headers, body: wire.http.lastBody, dropped: droppedParameters };
}

describe('an embeddings call in each vendor’s words', () => {
  const full: Partial<EmbeddingRequest> = {
    dimensions: 2,
    user: 'u',
    purpose: 'query',
    extensions: { truncate: 'END', session_id: 's' },
  };

  it('goes to OpenAI with all it knows, in the encoding the client asked for', async () => {
    const { url, headers, body, dropped } = await sent(OPENAI, openAiAnswer([BASE64]), {
      ...full,
      encoding: 'base64',
    });

    expect(url).toBe('https://api.openai.com/v1/embeddings');
    expect(headers).toMatchObject({ authorization: 'Bearer k-1', 'x-client-request-id': 'att_test' });
    expect(body).toEqual({
      model: 'text-embedding-3-small',
      input: ['x'],
      encoding_format: 'base64',
      dimensions: 2,
      user: 'u',
    });
    expect(dropped).toEqual([
      { name: 'input_type', action: 'dropped', detail: 'the provider embeds all texts alike' },
      { name: 'truncate', action: 'dropped' },
    ]);
  });

  it('keeps token ids for OpenAI', async () => {
    expect((await sent(OPENAI, openAiAnswer(), { inputs: [[1, 2]] })).body['input']).toEqual([[1, 2]]);
  });

  it('goes to Mistral under its own names', async () => {
    const { url, body, dropped } = await sent(MISTRAL, openAiAnswer(), full);

    expect(url).toBe('https://api.mistral.ai/v1/embeddings');
    expect(body).toEqual({
      model: 'mistral-embed',
      input: ['x'],
      encoding_format: 'float',
      output_dimension: 2,
    });
    expect(dropped.map(({ name }) => name)).toEqual(['user', 'input_type', 'truncate']);
  });

  it('goes to Together with nothing but model and input', async () => {
    const { url, body, dropped } = await sent('together/openai/gpt-oss-20b', openAiAnswer(), full);

    expect(url).toBe('https://api.together.xyz/v1/embeddings');
    expect(Object.keys(body)).toEqual(['model', 'input']);
    expect(dropped.map(({ name }) => name)).toEqual(['dimensions', 'user', 'input_type', 'truncate']);
  });

  it('goes to a LiteLLM proxy with the purpose in the words of Cohere', async () => {
    const { url, body, dropped } = await sent(LITELLM, openAiAnswer(), full);

    expect(url).toBe('http://127.0.0.1:4000/v1/embeddings');
    expect(body).toEqual({
      model: 'team-gpt',
      input: ['x'],
      dimensions: 2,
      user: 'u',
      input_type: 'search_query',
    });
    expect(dropped.map(({ name }) => name)).toEqual(['truncate']);
  });

  it('goes to Gemini as one batch, with the key in a header only', async () => {
    const { url, headers, body, dropped } = await sent(GEMINI, GEMINI_ANSWER, full);

    expect(url).toBe(
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents',
    );
    expect(headers).toMatchObject({ 'x-goog-api-key': 'k-1' });
    expect(body).toEqual({
      requests: [
        {
          model: 'models/gemini-embedding-001',
          content: { parts: [{ text: 'x' }] },
          taskType: 'RETRIEVAL_QUERY',
          outputDimensionality: 2,
        },
      ],
    });
    expect(dropped.map(({ name }) => name)).toEqual(['user', 'truncate']);
  });

  it('goes to Cohere’s own endpoint, where too long a text is refused unless the client wants it cut', async () => {
    const { url, body, dropped } = await sent(COHERE, COHERE_ANSWER, full);

    expect(url).toBe('https://api.cohere.com/v2/embed');
    expect(body).toEqual({
      model: 'embed-v4.0',
      texts: ['x'],
      input_type: 'search_query',
      embedding_types: ['float'],
      truncate: 'END',
      output_dimension: 2,
    });
    expect(dropped.map(({ name }) => name)).toEqual(['user']);
  });

  it('tells Cohere a purpose when the client names none, and says so', async () => {
    const { body, dropped } = await sent(COHERE, COHERE_ANSWER, {});

    expect(body).toMatchObject({ input_type: 'search_document', truncate: 'NONE' });
    expect(dropped).toEqual([{ name: 'input_type', action: 'defaulted', detail: 'search_document' }]);
  });
});

describe('the vectors of a vendor', () => {
  it.each(ANSWERS)('come from %s as numbers', async (target, answer) => {
    expect((await embed(target, answer)).vectors).toEqual([[0.1, 0.2]]);
  });

  it('come from OpenAI as base64 untouched', async () => {
    expect((await embed(OPENAI, openAiAnswer([BASE64]), { encoding: 'base64' })).vectors).toEqual([BASE64]);
  });

  it('are put in the order of the inputs', async () => {
    const answer = JSON.stringify({
      data: [
        { index: 1, embedding: [2] },
        { index: 0, embedding: [1] },
      ],
    });

    expect((await embed(OPENAI, answer, { inputs: ['a', 'b'] })).vectors).toEqual([[1], [2]]);
  });

  it.each([
    ['HTML', '<html>'],
    ['nothing', ''],
    ['half a JSON', '{"data": [{"emb'],
    ['no list', '{"data": 5, "embeddings": 5}'],
    ['too few', '{"data": [], "embeddings": []}'],
    ['an empty vector', '{"data": [{"embedding": []}], "embeddings": [{"values": []}]}'],
    ['words', '{"data": [{"embedding": ["a"]}], "embeddings": [["a"]]}'],
    ['null', '{"data": [{"embedding": [null]}], "embeddings": [{"values": [null]}]}'],
    ['broken base64', '{"data": [{"embedding": "AAA*"}], "embeddings": ["AAA*"]}'],
  ])(
    'are refused from every vendor when they are %s, as work that may have been billed',
    async (_, answer) => {
      for (const target of [OPENAI, GEMINI, COHERE]) {
        const error = await providerErrorOf(embed(target, answer));
        expect([target, error.kind, error.mayHaveBilled]).toEqual([target, 'invalid_response', true]);
      }
    },
  );
});

describe('a large batch', () => {
  it('may be answered with more bytes than any chat, in proportion to what was asked', async () => {
    const vector = Array.from({ length: 3_072 }, (_unused, index) => -1 / (index + 3));
    const answer = openAiAnswer(Array<unknown>(400).fill(vector));
    const inputs = Array<string>(400).fill('x');

    expect(answer.length).toBeGreaterThan(16_777_216);
    expect((await embed(OPENAI, answer, { inputs }, { vectorLength: 3_072 })).vectors).toHaveLength(400);
    expect((await providerErrorOf(embed(OPENAI, answer, { inputs }))).kind).toBe('invalid_response');
  });
});

describe('the usage of an embeddings call', () => {
  it.each([
    [OPENAI, openAiAnswer(), 3],
    [OPENAI, openAiAnswer([[1]], { total_tokens: 4 }), 4],
    [COHERE, COHERE_ANSWER, 5],
    [GEMINI, JSON.stringify({ embeddings: [{ values: [1] }], usageMetadata: { promptTokenCount: 6 } }), 6],
  ])('of %s is what the vendor bills', async (target, answer, inputUncached) => {
    expect((await embed(target, answer)).usage).toMatchObject({ inputUncached, outputText: 0 });
  });

  it.each([
    [OPENAI, openAiAnswer([[1]], null)],
    [OPENAI, openAiAnswer([[1]], { prompt_tokens: -1 })],
    [GEMINI, GEMINI_ANSWER],
    [COHERE, JSON.stringify({ embeddings: { float: [[1]] }, meta: { billed_units: { input_tokens: 'x' } } })],
  ])('of %s is left open when it is missing or nonsense', async (target, answer) => {
    expect((await embed(target, answer)).usage).toBeUndefined();
  });
});

describe('the refusal of an embeddings call', () => {
  it.each([
    [OPENAI, 429, '{"error": {"code": "rate_limit_exceeded"}}', 'rate_limit'],
    [OPENAI, 400, '{"error": {"message": "maximum context length is 8192 tokens"}}', 'context_length'],
    [OPENAI, 200, '{"error": {"code": "model_not_found"}}', 'not_found'],
    [GEMINI, 400, '{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "no"}}', 'bad_request'],
    [GEMINI, 503, '{"error": {"code": 503, "status": "UNAVAILABLE"}}', 'overloaded'],
    [COHERE, 401, '{"message": "invalid api token"}', 'authentication'],
    [LITELLM, 429, '{"error": {"message": "slow", "code": "429"}}', 'rate_limit'],
  ])('of %s with %d is normalised like a chat’s', async (target, status, answer, kind) => {
    expect((await providerErrorOf(embed(target, answer, {}, { status }))).kind).toBe(kind);
  });
});

describe('who can embed', () => {
  it('is asked of the adapter: Anthropic cannot', () => {
    const able = wire.kit.registry.list().filter(({ adapter }) => canEmbed(adapter));

    expect(able.map(({ name }) => name).toSorted()).toEqual([
      'cohere',
      'google',
      'groq',
      'litellm',
      'mistral',
      'openai',
      'together',
    ]);
  });
});
