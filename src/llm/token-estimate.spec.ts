import fc from 'fast-check';
import { countTokens as countOld } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { chatRequest } from '../../test/support/chat-request-samples';
import type { ChatRequest } from './chat-request';
import { upperBoundInputTokens } from './token-estimate';

/** Tokenizers put a few tokens around every message. */
const TEMPLATE_TOKENS = 4;

/** What a request comes to when everything in it is text: a vendor counts no more. */
function countedTokens(request: ChatRequest, count: (text: string) => number): number {
  const messages = request.messages.map(
    ({ content }) =>
      TEMPLATE_TOKENS + content.reduce((sum, part) => sum + (part.type === 'text' ? count(part.text) : 0), 0),
  );
  const tools = (request.tools ?? []).map((tool) => count(JSON.stringify(tool)));
  return [...messages, ...tools].reduce((sum, tokens) => sum + tokens, 3);
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(
    'const a = [1, 2, 3].map((x) => x ** 2);',
    '	\n\n\n    }\n',
    '由于几位成员正在旅行',
    'Страна',
    '🧑🏽‍🚀🧑🏽‍🚀',
    '0123456789'.repeat(20),
    '\u200b\u200d\ufe0f',
  ),
);
const tool = fc.record({ name: fc.string({ minLength: 1, maxLength: 20 }), description: text });

describe('upperBoundInputTokens', () => {
  it.each([
    ['o200k', countTokens],
    ['cl100k', countOld],
  ] as const)(
    'is never below what the tokenizer %s counts: scripts, code, pictograms, tools',
    (_name, count) => {
      fc.assert(
        fc.property(
          fc.array(text, { minLength: 1, maxLength: 4 }),
          fc.array(tool, { maxLength: 2 }),
          (texts, tools) => {
            const request: ChatRequest = {
              ...chatRequest(
                texts.map((content) => ({
                  role: 'user' as const,
                  content: [{ type: 'text' as const, text: content }],
                })),
              ),
              tools: tools.map((facts) => ({
                kind: 'function' as const,
                ...facts,
                parameters: { type: 'object' },
              })),
            };

            expect(upperBoundInputTokens(request)).toBeGreaterThanOrEqual(countedTokens(request, count));
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it('is above the dearest tiling of a picture that the listed vendors document', () => {
    const image = { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } } as const;
    const bound = upperBoundInputTokens(chatRequest([{ role: 'user', content: [image] }]));

    // OpenAI: 85 + 170 for each of eight tiles; Anthropic: 1568 × 1568 / 750; Gemini: 16 tiles of 258.
    for (const tokens of [85 + 8 * 170, Math.ceil((1_568 * 1_568) / 750), 16 * 258])
      expect(bound).toBeGreaterThan(tokens);
  });
});
