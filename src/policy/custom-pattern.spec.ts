import { CustomPattern, type Match } from './custom-pattern';

const inSteps = (source: string, text: string): Match[] =>
  [...new CustomPattern(source).findInSteps(text)].flat();

describe('CustomPattern', () => {
  it('finds the same in steps as at once', () => {
    const text = 'secret42 and id_7, xsecret1 '.repeat(2_000);

    for (const source of [
      'secret\\d+',
      '\\bsecret\\d+\\b',
      'id_\\w',
      '^secret\\d+',
      'xsecret1 $',
      '[a-z]+\\d',
    ])
      expect(inSteps(source, text)).toEqual(new CustomPattern(source).findAll(text));
  });

  it('takes the end of a step for neither the beginning nor the end of the text', () => {
    expect(inSteps('(a+)+$', `${'a'.repeat(50_000)}!`)).toEqual([]);
    expect(inSteps('^a', 'a'.repeat(20_000))).toEqual([[0, 1]]);
  });

  it('covers a match of any length, if in several pieces', () => {
    const text = `x${'1'.repeat(30_000)}y`;

    const found = inSteps('\\d+', text);

    expect(found[0]?.[0]).toBe(1);
    expect(found.at(-1)?.[1]).toBe(30_001);
    expect(found.every(([start], i) => i === 0 || start === found[i - 1]?.[1])).toBe(true);
  });
});
