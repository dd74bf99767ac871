import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import type { JsonObject } from '../../common/json';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { NO_USAGE } from '../../llm/token-usage';
import { ChatChunkWriter } from './chat-chunk-writer';

const START: ChatStreamEvent = {
  type: 'start',
  id: 'chatcmpl-1',
  created: 1_800_000_000,
  model: 'demo-small',
  systemFingerprint: 'fp_1',
  serviceTier: 'default',
  droppedParameters: [],
};
const USAGE = { ...NO_USAGE, inputUncached: 10, cacheRead: 4, outputText: 5, reasoning: 2 };

function write(
  events: readonly ChatStreamEvent[],
  options: { includeUsage?: boolean; metadata?: JsonObject } = {},
): JsonObject[] {
  const writer = new ChatChunkWriter(options.includeUsage ?? false);
  return [
    ...[START, ...events].map((event) => writer.write(event)),
    writer.writeEnd(USAGE, options.metadata),
  ].filter((chunk) => chunk !== undefined);
}

function choicesOf(chunks: readonly JsonObject[]): JsonObject[] {
  return chunks.flatMap((chunk) => chunk['choices'] as JsonObject[]);
}

function deltasOf(chunks: readonly JsonObject[]): unknown[] {
  return choicesOf(chunks).map((choice) => choice['delta']);
}

/** What OpenAI's own client puts together from the chunks. */
async function readWithOfficialClient(chunks: readonly JsonObject[]) {
  const text = chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join('');
  const stream = new Response(text).body;
  if (!stream) throw new Error('a response with text has a body');
  return ChatCompletionStream.fromReadableStream(stream as never).finalChatCompletion();
}

describe('ChatChunkWriter', () => {
  it('names the role once per choice, in its first chunk', () => {
    const chunks = write([
      { type: 'text', choice: 0, text: 'a' },
      { type: 'text', choice: 1, text: 'b' },
      { type: 'text', choice: 0, text: 'c' },
      { type: 'finish', choice: 0, reason: 'stop' },
      { type: 'finish', choice: 1, reason: 'length' },
    ]);

    expect(choicesOf(chunks)).toEqual([
      { index: 0, delta: { role: 'assistant', content: 'a' }, logprobs: null, finish_reason: null },
      { index: 1, delta: { role: 'assistant', content: 'b' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'c' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
      { index: 1, delta: {}, logprobs: null, finish_reason: 'length' },
    ]);
  });

  it('repeats id, model and time of the answer in every chunk', () => {
    const chunks = write([{ type: 'text', choice: 0, text: 'a' }], { includeUsage: true, metadata: {} });

    expect(chunks).toHaveLength(2);
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1_800_000_000,
        model: 'demo-small',
        system_fingerprint: 'fp_1',
        service_tier: 'default',
      });
    }
  });

  it('opens a choice that ends without content', () => {
    expect(deltasOf(write([{ type: 'finish', choice: 0, reason: 'content_filter' }]))).toEqual([
      { role: 'assistant', content: '' },
    ]);
  });

  it('shows what is no text in the members clients look for', () => {
    const chunks = write([
      { type: 'reasoning', choice: 0, text: 'think' },
      { type: 'reasoning', choice: 0, signature: 'opaque' },
      { type: 'refusal', choice: 0, text: 'no' },
      { type: 'citation', choice: 0, citation: { native: { type: 'url_citation' } } },
      { type: 'citation', choice: 0, citation: { url: 'https://x.test' } },
      { type: 'native', choice: 0, value: { audio: { id: 'a' } } },
    ]);

    expect(deltasOf(chunks)).toEqual([
      { role: 'assistant', reasoning_content: 'think' },
      { refusal: 'no' },
      { annotations: [{ type: 'url_citation' }] },
      { annotations: [{ type: 'citation', url: 'https://x.test' }] },
      { audio: { id: 'a' } },
    ]);
  });

  it('passes on log probabilities and the vendor’s own finish reason', () => {
    const logprobs = { content: [{ token: 'a', logprob: -0.1 }] };
    const chunks = write([
      { type: 'text', choice: 0, text: 'a', logprobs },
      { type: 'finish', choice: 0, reason: 'stop', nativeReason: 'eos' },
    ]);

    expect(choicesOf(chunks)).toMatchObject([{ logprobs }, { native_finish_reason: 'eos' }]);
  });

  it('announces a call once and then sends its pieces, in the form of its kind', () => {
    const chunks = write([
      { type: 'tool-call-start', choice: 0, index: 0, id: 'c0', name: 'f', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{"a"' },
      {
        type: 'tool-call-start',
        choice: 0,
        index: 1,
        id: 'c1',
        name: 'g',
        kind: 'custom',
        vendorData: { google: { thought_signature: 's' } },
      },
      { type: 'tool-call-delta', choice: 0, index: 1, arguments: 'free' },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: ':1}' },
      { type: 'tool-call-delta', choice: 1, index: 1, arguments: '{}' },
    ]);

    expect(deltasOf(chunks)).toEqual([
      {
        role: 'assistant',
        tool_calls: [{ index: 0, id: 'c0', type: 'function', function: { name: 'f', arguments: '' } }],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
      {
        tool_calls: [
          {
            index: 1,
            id: 'c1',
            type: 'custom',
            custom: { name: 'g', input: '' },
            extra_content: { google: { thought_signature: 's' } },
          },
        ],
      },
      { tool_calls: [{ index: 1, custom: { input: 'free' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      { role: 'assistant', tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
    ]);
  });

  it('says nothing of usage and metadata to a client that asked for neither', () => {
    const chunks = write([
      { type: 'text', choice: 0, text: 'a' },
      { type: 'usage', usage: USAGE },
    ]);

    expect(chunks).toHaveLength(1);
    expect(chunks[0]).not.toHaveProperty('usage');
  });

  it('ends with usage, no choices and the metadata when usage was asked for, and says null before', () => {
    const chunks = write([{ type: 'text', choice: 0, text: 'a' }], {
      includeUsage: true,
      metadata: { selected_model: 'm' },
    });

    expect(chunks[0]?.['usage']).toBeNull();
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 14,
        completion_tokens: 7,
        total_tokens: 21,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      router_metadata: { selected_model: 'm' },
    });
  });

  it('ends with the metadata alone when only that was asked for', () => {
    const last = write([], { metadata: { selected_model: 'm' } }).at(-1);

    expect(last).toMatchObject({ choices: [], router_metadata: { selected_model: 'm' } });
    expect(last).not.toHaveProperty('usage');
  });

  it('is put together by the official client: text, calls, refusal, usage', async () => {
    const chunks = write(
      [
        { type: 'text', choice: 0, text: 'Hel' },
        { type: 'text', choice: 0, text: 'lo' },
        { type: 'tool-call-start', choice: 0, index: 0, id: 'c0', name: 'f', kind: 'function' },
        { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{"a":' },
        { type: 'tool-call-delta', choice: 0, index: 0, arguments: '1}' },
        { type: 'tool-call-start', choice: 0, index: 1, id: 'c1', name: 'g', kind: 'function' },
        { type: 'tool-call-delta', choice: 0, index: 1, arguments: '{}' },
        { type: 'finish', choice: 0, reason: 'tool_calls' },
      ],
      { includeUsage: true, metadata: { selected_model: 'm' } },
    );

    const completion = await readWithOfficialClient(chunks);

    expect(completion).toMatchObject({
      id: 'chatcmpl-1',
      model: 'demo-small',
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Hello',
            tool_calls: [
              { id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
              { id: 'c1', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: { total_tokens: 21 },
    });
  });
});
