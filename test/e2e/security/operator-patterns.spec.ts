import { CustomPattern } from '../../../src/policy/custom-pattern';

/** Patterns that make a backtracking engine run for years on the text beside them. */
const BOMBS: readonly (readonly [pattern: string, text: string])[] = [
  ['(a+)+$', `${'a'.repeat(50_000)}!`],
  ['(a|aa)+$', `${'a'.repeat(50_000)}!`],
  ['(a|a)*b', 'a'.repeat(50_000)],
  ['(.*)*x', 'a'.repeat(20_000)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(20_000)],
  ['([a-zA-Z0-9._-]+)*@example\\.com', 'a.'.repeat(25_000)],
];
const LIMIT_MS = 10_000;

describe('an operator’s pattern', () => {
  it.each(BOMBS)('%s needs linear time', (pattern, text) => {
    const compiled = new CustomPattern(pattern);
    const time = (input: string): number => {
      const startedAt = performance.now();
      for (const found of compiled.findInSteps(input)) expect(found.length).toBeLessThanOrEqual(input.length);
      return performance.now() - startedAt;
    };

    time(text.slice(0, 1_000));
    expect(time(text)).toBeLessThan(LIMIT_MS);
  });

  it('that a linear engine cannot run is refused', () => {
    for (const pattern of ['(a)\\1', '(?=secret)', '(?<!x)y'])
      expect(() => new CustomPattern(pattern)).toThrow();
  });
});
