import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '@anthropic-ai/sdk/resources/messages';
import fc from 'fast-check';
import { ProviderError } from '../../../llm/provider-error';
import type { AnthropicAnswerContext } from './answer-context';
import { fromAnthropicResponse } from './from-anthropic-response';

const CONTEXT: AnthropicAnswerContext = {
  provider: 'anthropic',
  attemptId: 'att_1',
  requestedModel: 'asked-for',
  vendorRequestId: 'req_9',
  droppedParameters: [],
  nowMs: 1_763_000_009_500,
  dialect: 'anthropic-messages',
  jsonTool: undefined,
};
const FOREIGN: AnthropicAnswerContext = { ...CONTEXT, dialect: 'openai-chat' };

type WireMessage = Omit<Partial<Message>, 'content' | 'usage'> & {
  readonly content?: unknown;
  readonly usage?: unknown;
};
const read = (answer: WireMessage, context = CONTEXT): ReturnType<typeof fromAnthropicResponse> =>
  fromAnthropicResponse(JSON.stringify({ type: 'message', content: [], ...answer }), context);

describe('fromAnthropicResponse', () => {
  const whole = readFileSync(join(__dirname, '__fixtures__', 'answer.json'), 'utf8');

  it('keeps everything an answer says, in the order in which it was said', () => {
    expect(fromAnthropicResponse(whole, CONTEXT)).toEqual({
      id: 'msg_all',
      created: 1_763_000_009,
      model: 'claude-opus-5-5',
      serviceTier: 'default',
      vendorRequestId: 'req_9',
      droppedParameters: [],
      usage: {
        inputUncached: 3,
        cacheRead: 550,
        cacheWrite5m: 304,
        cacheWrite1h: 12_000,
        audioInput: 0,
        imageInput: 0,
        outputText: 59,
        reasoning: 31,
        audioOutput: 0,
        imageOutput: 0,
      },
      choices: [
        {
          index: 0,
          content: [
            { type: 'reasoning', text: 'Two cities.', signature: 'c2lnbmVk' },
            { type: 'reasoning', encrypted: 'aGlkZGVu' },
            {
              type: 'text',
              text: 'Let me look.',
              citations: [
                {
                  citedText: 'look',
                  title: 'Guide',
                  start: 4,
                  end: 8,
                  native: expect.objectContaining({ type: 'char_location' }) as unknown,
                },
              ],
            },
            {
              type: 'tool-call',
              id: 'toolu_a',
              name: 'weather',
              kind: 'function',
              arguments: '{"city":"Oslo"}',
            },
            {
              type: 'tool-call',
              id: 'toolu_b',
              name: 'clock',
              kind: 'function',
              arguments: '{}',
              vendorData: {
                anthropic: { caller: { type: 'code_execution_20260120', tool_id: 'srvtoolu_9' } },
              },
            },
            { type: 'native', dialect: 'anthropic-messages', value: { type: 'hologram', data: 'x' } },
          ],
          finishReason: 'tool_calls',
          nativeFinishReason: 'tool_use',
        },
      ],
    });
  });

  it('lets the first call carry the signed thinking for a client whose dialect has no place for it', () => {
    const calls = fromAnthropicResponse(whole, FOREIGN).choices[0]?.content.filter(
      (part) => part.type === 'tool-call',
    );

    expect(calls?.[0]?.vendorData).toEqual({
      anthropic: {
        thinking_blocks: [
          { type: 'thinking', thinking: 'Two cities.', signature: 'c2lnbmVk' },
          { type: 'redacted_thinking', data: 'aGlkZGVu' },
        ],
      },
    });
    expect(calls?.[1]?.vendorData).toEqual({ anthropic: { caller: expect.anything() as unknown } });
  });

  it.each<[Message['stop_reason'] | 'brand_new', string]>([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['brand_new', 'stop'],
  ])('calls %s %s and keeps the vendor’s word', (native, reason) => {
    const answer = { stop_reason: native } as WireMessage;

    expect(read(answer).choices[0]).toMatchObject({ finishReason: reason, nativeFinishReason: native });
  });

  it('gives a refusal its explanation, and a reason even where the vendor has none', () => {
    const details = { type: 'refusal' as const, category: 'cyber' as const, explanation: 'No malware.' };

    expect(read({ stop_reason: 'refusal', stop_details: details }, FOREIGN).choices[0]).toEqual({
      index: 0,
      content: [{ type: 'refusal', text: 'No malware.' }],
      finishReason: 'content_filter',
      nativeFinishReason: 'refusal',
    });
    expect(
      read({ stop_reason: 'refusal', stop_details: { ...details, explanation: null } }).choices[0],
    ).toMatchObject({
      content: [{ text: 'The provider declined to answer (cyber).' }],
      extensions: { stop_details: { category: 'cyber' } },
    });
  });

  it('turns the tool that stood in for a schema back into text', () => {
    const content = [{ type: 'tool_use', id: 't', name: 'json_answer', input: { a: 1 } }];
    const answer = read({ content, stop_reason: 'tool_use' }, { ...FOREIGN, jsonTool: 'json_answer' });

    expect(answer.choices[0]).toMatchObject({
      content: [{ type: 'text', text: '{"a":1}' }],
      finishReason: 'stop',
      nativeFinishReason: 'tool_use',
    });
  });

  it('tells how often the vendor ran tools of its own', () => {
    const usage = { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 2 } };

    expect(read({ usage }).extensions).toEqual({ server_tool_use: { web_search_requests: 2 } });
  });

  it('stands in for what a sparse answer leaves out', () => {
    expect(read({ content: [{ type: 'text', text: 'a' }] })).toMatchObject({
      id: 'att_1',
      model: 'asked-for',
      usage: undefined,
      choices: [{ finishReason: 'stop', content: [{ text: 'a' }] }],
    });
  });

  it.each([
    ['half a JSON text', '{"type":"mess', 'invalid_response'],
    ['a web page', '<html>', 'invalid_response'],
    ['no content', '{"type":"message"}', 'invalid_response'],
    ['an answer of OpenAI', '{"choices":[]}', 'invalid_response'],
    ['an error', '{"type":"error","error":{"type":"overloaded_error"}}', 'overloaded'],
  ])('fails on %s', (_what, text, kind) => {
    const failing = (): unknown => fromAnthropicResponse(text, CONTEXT);

    expect(failing).toThrow(ProviderError);
    expect(failing).toThrow(expect.objectContaining({ kind }) as Error);
  });

  it('answers any JSON with a result or a ProviderError, never with anything else', () => {
    const member = fc.constantFrom(
      'type',
      'content',
      'text',
      'thinking',
      'input',
      'usage',
      'error',
      'citations',
      'caller',
    );
    const word = fc.constantFrom('text', 'thinking', 'tool_use', 'message', 'redacted_thinking');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue(),
        word,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(member, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        try {
          fromAnthropicResponse(JSON.stringify({ type: 'message', content: [value], usage: value }), FOREIGN);
          fromAnthropicResponse(JSON.stringify(value), CONTEXT);
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderError);
        }
      }),
    );
  });
});
