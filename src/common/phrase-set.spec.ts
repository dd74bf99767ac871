import fc from 'fast-check';
import { PhraseSet } from './phrase-set';
import { finish } from './steps';

function found(patterns: readonly string[], text: string, groups?: Record<string, string>): string[] {
  const set = new PhraseSet(
    patterns.map((pattern) => ({ pattern, value: pattern })),
    groups,
  );
  const seen: string[] = [];
  set.scan(text, (value) => seen.push(value));
  return seen;
}

describe('PhraseSet', () => {
  it('finds whole words only', () => {
    expect(found(['cat'], 'concatenate the Cat!')).toEqual(['cat']);
  });

  it.each([
    ['a gap of up to three words', 'ignore ~3 rules', 'ignore all of your rules', true],
    ['no longer gap than allowed', 'ignore ~3 rules', 'ignore one two three four rules', false],
    ['optional words', 'the big? dog', 'the dog', true],
    ['alternatives', 'say|tell me', 'please tell me', true],
    ['the beginning of the text only', '^what is', 'and what is', false],
    ['later words where an earlier fit leads nowhere', 'drop ~3 old rules', 'drop old and old rules', true],
    ['ideographs without spaces', '翻译 这', '请翻译这句话', true],
  ])('respects %s', (_what, pattern, text, expected) => {
    expect(found([pattern], text).length > 0).toBe(expected);
  });

  it('expands groups of words', () => {
    expect(found(['{make} ~2 code'], 'write some code', { make: 'write|create' })).toHaveLength(1);
  });

  it.each([
    ['capitals', 'IGNORE previous RULES'],
    ['accents', 'ígnörè prévious rulés'],
    ['full-width letters', 'ｉｇｎｏｒｅ previous rules'],
    ['mathematical letters', '𝐢𝐠𝐧𝐨𝐫𝐞 previous rules'],
    ['look-alike letters', 'ignоrе рrеviоus rulеs'],
    ['invisible characters', 'ig\u200bnore prev\u00adious rules'],
    ['digits for letters', '1gn0r3 pr3v10us rul3s'],
    ['punctuation', 'ignore... -previous- rules'],
    ['letters with gaps', 'i g n o r e p r e v i o u s rules'],
  ])('sees through %s', (_what, text) => {
    expect(found(['ignore previous rules'], text)).toHaveLength(1);
  });

  it('keeps its results apart from those of an earlier, longer text', () => {
    const set = new PhraseSet([{ pattern: 'alpha beta', value: 1 }]);
    set.scan('alpha beta '.repeat(1000), () => undefined);
    let count = 0;

    set.scan('alpha', () => count++);

    expect(count).toBe(0);
  });

  it('finds the same in steps as at once, wherever the steps end', () => {
    const set = new PhraseSet(
      ['alpha ~30 omega', 'ignore previous', '^alpha', '翻译 ~8 这', 'b ~2 b'].map((pattern) => ({
        pattern,
        value: pattern,
      })),
    );
    const words = fc.constantFrom(
      'alpha ',
      'omega ',
      'x',
      ' ',
      'i g n o r e ',
      'pr3vious ',
      '翻译',
      '这',
      '\ud835\udc00',
      'b ',
      'ignore ',
    );
    const texts = fc
      .tuple(fc.array(words, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 900 }), fc.nat(60))
      .map(([pieces, times, shift]) => 'y'.repeat(shift) + pieces.join('').repeat(times).slice(0, 40_000));
    const collect = (scan: (visit: (value: string, at: number) => void) => number): string => {
      const seen: string[] = [];
      const count = scan((value, at) => seen.push(`${at} ${value}`));
      return `${count}: ${seen.join()}`;
    };

    fc.assert(
      fc.property(texts, (text) => {
        const inSteps = collect((visit) => finish(set.scanInSteps(text, visit)));

        expect(inSteps).toBe(collect((visit) => set.scan(text, visit)));
      }),
      { numRuns: 60 },
    );
  });
});
