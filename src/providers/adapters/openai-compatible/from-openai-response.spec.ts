import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ProviderError } from '../../../llm/provider-error';
import { fromOpenAiResponse } from './from-openai-response';

const CONTEXT = {
  provider: 'openai',
  attemptId: 'att_1',
  requestedModel: 'asked-for',
  vendorRequestId: 'req-9',
  droppedParameters: [],
  nowMs: 1_763_000_009_500,
};

describe('fromOpenAiResponse', () => {
  it('keeps everything an answer says', () => {
    const text = readFileSync(join(__dirname, '__fixtures__', 'answer.json'), 'utf8');

    expect(fromOpenAiResponse(text, CONTEXT)).toEqual({
      id: 'chatcmpl-1',
      created: 1_763_000_003,
      model: 'gpt-4o-2024-08-06',
      serviceTier: 'default',
      systemFingerprint: 'fp_1',
      vendorRequestId: 'req-9',
      droppedParameters: [],
      usage: expect.objectContaining({ inputUncached: 4, cacheRead: 16, outputText: 12 }) as unknown,
      choices: [
        {
          index: 0,
          content: [
            { type: 'reasoning', text: 'greet back' },
            { type: 'text', text: 'Hello' },
          ],
          finishReason: 'stop',
          nativeFinishReason: 'stop',
          logprobs: { content: [] },
          extensions: {
            annotations: [{ type: 'url_citation', url_citation: { url: 'https://example.com' } }],
          },
        },
        {
          index: 1,
          content: [
            { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', arguments: '{}' },
            { type: 'tool-call', id: 'call_2', name: 'g', kind: 'function', arguments: '{"a":1}' },
            { type: 'tool-call', id: 'call_3', name: 'h', kind: 'custom', arguments: '' },
          ],
          finishReason: 'tool_calls',
          nativeFinishReason: 'function_call',
        },
        {
          index: 2,
          content: [{ type: 'refusal', text: 'I cannot help with that.' }],
          finishReason: 'stop',
          nativeFinishReason: 'some_new_word',
        },
      ],
    });
  });

  it('stands in for what a sparse answer leaves out', () => {
    const text =
      '{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}';

    expect(fromOpenAiResponse(text, CONTEXT)).toMatchObject({
      id: 'att_1',
      model: 'asked-for',
      created: 1_763_000_009,
      usage: undefined,
      choices: [{ index: 0, finishReason: 'stop', content: [{ text: 'a' }, { text: 'b' }] }],
    });
  });

  it('answers any JSON with a result or a ProviderError, never with anything else', () => {
    const member = fc.constantFrom(
      'choices',
      'message',
      'content',
      'tool_calls',
      'function',
      'usage',
      'error',
      'index',
      'id',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(member, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        try {
          fromOpenAiResponse(JSON.stringify(value), CONTEXT);
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderError);
        }
      }),
    );
  });
});
