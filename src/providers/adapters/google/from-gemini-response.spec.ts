import fc from 'fast-check';
import type { GeminiAnswer } from '../../../../test/support/gemini-wire';
import type { ChatResult } from '../../../llm/chat-result';
import { ProviderError } from '../../../llm/provider-error';
import { fromGeminiResponse } from './from-gemini-response';
import { toGeminiContents } from './to-gemini-contents';
import { DroppedParameters } from '../../wire/dropped-parameters';

const CONTEXT = {
  provider: 'google',
  attemptId: 'att_1',
  requestedModel: 'asked-for',
  vendorRequestId: undefined,
  droppedParameters: [],
  nowMs: 1_763_000_009_500,
};
const read = (answer: GeminiAnswer): ChatResult => fromGeminiResponse(JSON.stringify(answer), CONTEXT);
const failureOf = (text: string): ProviderError => {
  try {
    fromGeminiResponse(text, CONTEXT);
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('expected a failure');
};

describe('fromGeminiResponse', () => {
  it('keeps everything an answer says', () => {
    const result = read({
      responseId: 'resp-1',
      modelVersion: 'models/gemini-3-flash-preview',
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'let me see', thought: true },
              { text: 'Sunny.' },
              { text: '', thoughtSignature: 's2' },
            ],
          },
          finishReason: 'STOP',
        },
        {
          index: 1,
          content: {
            parts: [
              { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 's1' },
              { functionCall: { id: 'own-1', name: 'g' } },
            ],
          },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: {
        promptTokenCount: 9,
        candidatesTokenCount: 29,
        thoughtsTokenCount: 258,
        totalTokenCount: 296,
        serviceTier: 'flex',
      },
    });

    expect(result).toEqual({
      id: 'resp-1',
      created: 1_763_000_009,
      model: 'gemini-3-flash-preview',
      serviceTier: 'flex',
      vendorRequestId: 'resp-1',
      droppedParameters: [],
      usage: expect.objectContaining({ inputUncached: 9, outputText: 29, reasoning: 258 }) as unknown,
      choices: [
        {
          index: 0,
          content: [
            { type: 'reasoning', text: 'let me see' },
            { type: 'text', text: 'Sunny.' },
            {
              type: 'text',
              text: '',
              vendorData: { google: { thought_signature: 's2', model: 'asked-for' } },
            },
          ],
          finishReason: 'stop',
          nativeFinishReason: 'STOP',
          extensions: { extra_content: { google: { thought_signature: 's2', model: 'asked-for' } } },
        },
        {
          index: 1,
          content: [
            {
              type: 'tool-call',
              id: expect.stringMatching(/^call_mm[0-9a-f]{22}$/) as unknown,
              name: 'f',
              kind: 'function',
              arguments: '{"a":1}',
              vendorData: { google: { thought_signature: 's1', model: 'asked-for' } },
            },
            { type: 'tool-call', id: 'own-1', name: 'g', kind: 'function', arguments: '{}' },
          ],
          finishReason: 'tool_calls',
          nativeFinishReason: 'STOP',
        },
      ],
    });
  });

  it('gives an answer that can be sent back as it came', () => {
    const parts = [
      { text: 'Looking.', thoughtSignature: 's0' },
      { functionCall: { name: 'f', args: { a: [1, null] } }, thoughtSignature: 's1' },
      { functionCall: { id: 'own-1', name: 'g', args: {} } },
    ];
    const [choice] = read({ candidates: [{ content: { parts }, finishReason: 'STOP' }] }).choices;
    const { contents } = toGeminiContents([{ role: 'assistant', content: choice?.content ?? [] }], {
      model: CONTEXT.requestedModel,
      signaturesRequired: true,
      dropped: new DroppedParameters(),
      refuse: (message) => new Error(message),
    });

    expect(JSON.parse(JSON.stringify(contents))).toEqual([{ role: 'model', parts }]);
  });

  it('reads a blocked prompt as a filtered answer with its usage, although there are no candidates', () => {
    expect(
      read({
        promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'Blocked.' },
        usageMetadata: { promptTokenCount: 31, totalTokenCount: 31 },
      }),
    ).toMatchObject({
      choices: [
        {
          index: 0,
          finishReason: 'content_filter',
          nativeFinishReason: 'SAFETY',
          content: [{ type: 'refusal', text: 'Blocked.' }],
        },
      ],
      usage: { inputUncached: 31, outputText: 0 },
    });
  });

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['BLOCKLIST', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['SPII', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
    ['IMAGE_RECITATION', 'content_filter'],
    ['IMAGE_OTHER', 'content_filter'],
  ] as const)('finishes %s as %s', (finishReason, reason) => {
    expect(read({ candidates: [{ finishReason, finishMessage: 'why' }] }).choices[0]).toMatchObject({
      finishReason: reason,
      nativeFinishReason: finishReason,
      content: reason === 'content_filter' ? [{ type: 'refusal', text: 'why' }] : [],
    });
  });

  it('takes a reason nobody knows yet for an end, and a missing one too', () => {
    const text = (finishReason?: string): string => JSON.stringify({ candidates: [{ finishReason }] });

    expect(fromGeminiResponse(text('BRAND_NEW'), CONTEXT).choices[0]).toMatchObject({
      finishReason: 'stop',
      nativeFinishReason: 'BRAND_NEW',
    });
    expect(fromGeminiResponse(text(), CONTEXT).choices[0]?.finishReason).toBe('stop');
  });

  it('does not call an answer complete that was cut or filtered after a call', () => {
    const parts = [{ functionCall: { name: 'f' } }];
    const finish = (finishReason: 'MAX_TOKENS' | 'SAFETY'): unknown =>
      read({ candidates: [{ content: { parts }, finishReason }] }).choices[0]?.finishReason;

    expect(finish('MAX_TOKENS')).toBe('length');
    expect(finish('SAFETY')).toBe('content_filter');
  });

  it.each([
    'MALFORMED_FUNCTION_CALL',
    'MALFORMED_RESPONSE',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'NO_IMAGE',
    'LANGUAGE',
    'OTHER',
  ])('fails on %s, which is no answer', (finishReason) => {
    expect(failureOf(JSON.stringify({ candidates: [{ finishReason }] }))).toMatchObject({
      kind: 'invalid_response',
      vendorCode: finishReason,
      mayHaveBilled: true,
    });
  });

  it('passes pictures, sources and parts of no known kind on', () => {
    const parts = [
      { text: 'Here' },
      { inlineData: { mimeType: 'image/png', data: 'AA==' } },
      { executableCode: { code: '1' } },
    ];
    const candidate = { content: { parts }, citationMetadata: { citations: [{ uri: 'https://a.example' }] } };

    expect(read({ candidates: [candidate] }).choices[0]).toMatchObject({
      content: [
        { type: 'text', text: 'Here', citations: [{ url: 'https://a.example' }] },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
        { type: 'native', dialect: 'gemini', value: { executableCode: { code: '1' } } },
      ],
      extensions: { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
    });
  });

  it.each([
    ['half a JSON text', '{"candidates":[{"content":{"parts":[{"text":"Hel'],
    ['a web page', '<html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[{"candidates":[]}]'],
    ['no candidates', '{"usageMetadata":{"promptTokenCount":4}}'],
    ['candidates that are no list', '{"candidates":{}}'],
    ['a candidate that is null', '{"candidates":[null]}'],
    ['an error with status 200', '{"error":{"code":503,"status":"UNAVAILABLE"}}'],
    [
      'arguments nested without end',
      `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}}]}}]}`,
    ],
  ])('fails on %s', (_what, text) => {
    expect(['invalid_response', 'overloaded']).toContain(failureOf(text).kind);
  });

  it('never fails in another way, whatever the members are', () => {
    const names = [
      'candidates',
      'content',
      'parts',
      'text',
      'functionCall',
      'finishReason',
      'usageMetadata',
      'index',
    ];
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, 0, -1, 1.5, '', 'x', 'STOP', true),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 5 }),
      ),
    })).node;

    fc.assert(
      fc.property(value, (answer) => {
        try {
          fromGeminiResponse(JSON.stringify({ candidates: [answer], usageMetadata: answer }), CONTEXT);
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
