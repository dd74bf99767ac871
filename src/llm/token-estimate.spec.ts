import fc from 'fast-check';
import { countTokens as countOld } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { chatRequest } from '../../test/support/chat-request-samples';
import type { ChatRequest } from './chat-request';
import { upperBoundEmbeddingTokens, upperBoundInputTokens } from './token-estimate';

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

/** Written for this test. */
const LANGUAGES = [
  ['English', 'The committee postponed its decision because several members were travelling.'],
  ['Finnish', 'Epäjärjestelmällistyttämättömyydellänsäkään ei ollut merkitystä päätöksenteossa.'],
  ['Polish', 'Bezwzględnie najszczęśliwsi przyjaciele wyjeżdżają w październiku nad morze.'],
  ['Turkish', 'Çekoslovakyalılaştıramadıklarımızdan mısınız diye sorduğunda gülümsedik.'],
  ['Hungarian', 'A legmegvesztegethetetlenebb tisztviselők is elfáradnak egyszer.'],
  ['Vietnamese', 'Những người bạn của tôi đã quyết định ở lại thêm một tuần nữa.'],
  ['Greek', 'Η επιτροπή ανέβαλε την απόφασή της για την επόμενη εβδομάδα.'],
  ['Russian', 'Комиссия отложила решение, потому что несколько членов уехали.'],
  ['Arabic', 'أجلت اللجنة قرارها لأن عددا من الأعضاء كانوا مسافرين.'],
  ['Hindi', 'समिति ने अपना निर्णय टाल दिया क्योंकि कई सदस्य यात्रा पर थे।'],
  ['Thai', 'คณะกรรมการเลื่อนการตัดสินใจออกไปเพราะสมาชิกหลายคนเดินทาง'],
  ['Burmese', 'အဖွဲ့ဝင်အချို့ ခရီးထွက်နေသောကြောင့် ဆုံးဖြတ်ချက်ကို ရွှေ့ဆိုင်းခဲ့သည်။'],
  ['Amharic', 'ኮሚቴው ውሳኔውን ለሚቀጥለው ሳምንት አስተላልፏል።'],
  ['Chinese', '由于几位成员正在旅行，委员会推迟了决定。'],
  ['Japanese', '数名の委員が出張中のため、決定は延期されました。'],
  ['Korean', '여러 위원이 출장 중이어서 위원회는 결정을 미루었습니다.'],
  ['TypeScript', 'export const f = <T,>(xs: readonly T[]): T | undefined => xs.at(-1) ?? undefined;'],
  ['JSON', '{"id":"a1b2","n":[1,2.50,-3e10],"nested":{"ok":true,"none":null}}'],
  ['digits', '3141592653589793238462643383279502884197169399375105820974944592'],
  ['pictograms', '👩🏾‍🚀🏳️‍🌈🇺🇳👨‍👩‍👧‍👦✊🏿'],
  ['base64', Buffer.from(Array.from({ length: 90 }, (_, i) => (i * 97) % 256)).toString('base64')],
  ['control characters', '\u0000\u0001\u001b[31m\u007f\u2028\ufeff'],
] as const;

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

  it.each(['NFC', 'NFKC'] as const)('holds for tokenizers that normalize to %s first', (form) => {
    // Musical symbols, a Devanagari letter with nukta, and a ligature grow by up to eleven times.
    const growing = fc.constantFrom(
      '\u{1d15e}',
      '\u{1d160}',
      '\u0958',
      '\ufb2c',
      '\ufdfa',
      '½',
      '㌀',
      'é',
      'a',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(growing, text), { maxLength: 40 }), (parts) => {
        const prompt = parts.join('');
        const counted = Buffer.byteLength(prompt.normalize(form));

        expect(upperBoundInputTokens(chatRequest(prompt))).toBeGreaterThanOrEqual(counted);
        expect(upperBoundEmbeddingTokens(prompt)).toBeGreaterThanOrEqual(counted);
        expect(counted).toBeGreaterThanOrEqual(countTokens(prompt.normalize(form)));
      }),
      { numRuns: 300 },
    );
  });

  it.each(LANGUAGES)('is never below what either tokenizer counts: %s', (_name, sample) => {
    const bound = upperBoundInputTokens(chatRequest(sample));

    for (const count of [countTokens, countOld])
      expect(bound).toBeGreaterThan(count(sample) + TEMPLATE_TOKENS);
  });

  it('adds a picture by the rule of the model, also inside of a tool result', () => {
    const image = { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } } as const;
    const plain = chatRequest([{ role: 'user', content: [] }]);
    const request = chatRequest([
      { role: 'user', content: [image, { type: 'tool-result', toolCallId: 'c', content: [image] }] },
    ]);

    const added = upperBoundInputTokens(request) - upperBoundInputTokens(plain);

    expect(added).toBeGreaterThan(2 * 7_000);
    expect(upperBoundInputTokens(request, { by: 'fixed', tokens: 50_000 })).toBeGreaterThan(100_000);
  });
});
