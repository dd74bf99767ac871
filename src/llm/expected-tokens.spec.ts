import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expectedInputTokens, expectedTokensOfText } from './expected-tokens';
import { chatRequest } from '../../test/support/chat-request-samples';

/** Sentences of our own. */
const PROSE: Readonly<Record<string, string>> = {
  English:
    'The committee decided to postpone the meeting until the following week because several members were travelling and could not attend in person.',
  German:
    'Die Versammlung wurde auf die kommende Woche verschoben, weil mehrere Mitglieder verreist waren und nicht persönlich teilnehmen konnten.',
  French:
    'La réunion a été reportée à la semaine prochaine parce que plusieurs membres étaient en voyage et ne pouvaient pas venir.',
  Spanish:
    'La reunión se aplazó hasta la semana siguiente porque varios miembros estaban de viaje y no podían asistir en persona.',
  Russian:
    'Собрание перенесли на следующую неделю, потому что несколько участников были в отъезде и не могли прийти лично.',
  Greek: 'Η συνάντηση αναβλήθηκε για την επόμενη εβδομάδα επειδή αρκετά μέλη ταξίδευαν.',
  Arabic: 'تم تأجيل الاجتماع إلى الأسبوع المقبل لأن العديد من الأعضاء كانوا مسافرين ولم يتمكنوا من الحضور.',
  Hebrew: 'הפגישה נדחתה לשבוע הבא משום שכמה חברים היו בנסיעה ולא יכלו להגיע.',
  Hindi: 'बैठक अगले सप्ताह तक के लिए स्थगित कर दी गई क्योंकि कई सदस्य यात्रा पर थे।',
  Thai: 'การประชุมถูกเลื่อนออกไปเป็นสัปดาห์หน้าเพราะสมาชิกหลายคนกำลังเดินทาง',
  Chinese: '由于几位成员正在旅行，无法亲自出席，会议被推迟到下周举行。',
  Japanese: '数名のメンバーが出張中で出席できないため、会議は来週に延期されました。',
  Korean: '여러 회원이 여행 중이어서 직접 참석할 수 없었기 때문에 회의가 다음 주로 연기되었습니다.',
};
/** Latin letters, but words of many parts: told from English by nothing but their meaning. */
const FINELY_CUT: Readonly<Record<string, string>> = {
  Turkish: 'Toplantı, birkaç üye seyahatte olduğu ve şahsen katılamadığı için gelecek haftaya ertelendi.',
  Polish:
    'Spotkanie przełożono na przyszły tydzień, ponieważ kilku członków było w podróży i nie mogło przyjść osobiście.',
  Finnish:
    'Kokous siirrettiin ensi viikolle, koska useat jäsenet olivat matkoilla eivätkä päässeet paikalle.',
};
const LISTS: Readonly<Record<string, string>> = {
  TypeScript:
    'function mean(values: number[]) {\n  if (values.length === 0) return undefined;\n  let sum = 0;\n  for (const value of values) sum += value;\n  return sum / values.length;\n}\n',
  Python: 'def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n',
  JSON: '{"order_id": 48213, "items": [{"sku": "AB-1029", "quantity": 3, "price": 19.99}, {"sku": "ZX-7", "quantity": 1, "price": 249.0}], "paid": true}',
  digits: '4821093847561029384756 1029384756 38475610293 5647382910',
  emoji: '🎉🎉 well done 👩‍🚀 see you 🌍 soon 😀😀',
};

const errorOf = (text: string): number => expectedTokensOfText(text) / countTokens(text) - 1;

describe('expectedTokensOfText', () => {
  it.each(Object.entries(PROSE))('is within 12 %% of a real tokenizer on %s prose', (_language, text) => {
    expect(Math.abs(errorOf(text))).toBeLessThan(0.12);
  });

  it.each(Object.entries(FINELY_CUT))('is low by no more than 45 %% on %s prose', (_language, text) => {
    expect(errorOf(text)).toBeGreaterThan(-0.45);
    expect(errorOf(text)).toBeLessThan(0.12);
  });

  it.each(Object.entries(LISTS))('is within 30 %% of a real tokenizer on %s', (_kind, text) => {
    expect(Math.abs(errorOf(text))).toBeLessThan(0.3);
  });

  it('stays close when a stream delivers the text word by word', () => {
    for (const text of Object.values(PROSE)) {
      const words = text.match(/\s*\S+/g) ?? [];
      const sum = words.reduce((total, word) => total + expectedTokensOfText(word), 0);

      expect(Math.abs(sum / expectedTokensOfText(text) - 1)).toBeLessThan(0.15);
    }
  });

  it('is nothing for nothing, and takes any text', () => {
    expect(expectedTokensOfText('')).toBe(0);
    for (const text of ['\ud800', '\u0000', '翻'.repeat(10_000), ' '.repeat(10_000)])
      expect(expectedTokensOfText(text)).toBeGreaterThan(0);
  });
});

describe('expectedInputTokens', () => {
  it('counts messages, tools and pictures', () => {
    const text = PROSE['English'] ?? '';
    const plain = expectedInputTokens(chatRequest(text));
    const withTool = expectedInputTokens({
      ...chatRequest(text),
      tools: [{ kind: 'function', name: 'weather', parameters: { type: 'object' } }],
    });

    expect(plain).toBe(Math.ceil(expectedTokensOfText(text) + 7));
    expect(withTool).toBeGreaterThan(plain + 10);
  });
});
