import fc from 'fast-check';
import { StaticEmbedder } from './static-embedder';

const embedder = new StaticEmbedder();
const alike = (a: string, b: string): number => {
  const [x, y] = [embedder.embedText(a), embedder.embedText(b)];
  return x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
};

describe('StaticEmbedder', () => {
  it('puts texts of one meaning closer together than texts of different meanings', () => {
    const groups = [
      ['How do I sort a list in Python?', 'python code to order an array'],
      ['What is the weather tomorrow?', 'will it rain this weekend'],
      ['Solve the quadratic equation', 'find the roots of this polynomial'],
      ['A recipe for vegetable soup', 'how to cook carrots and onions'],
      ['Reset the password of my account', 'I cannot log in any more'],
    ] as const;

    for (const [anchor, same] of groups)
      for (const [other] of groups)
        if (other !== anchor) expect(alike(anchor, same)).toBeGreaterThan(alike(anchor, other));
  });

  it('gives the same unit vector every time, and zeros for a text with nothing in it', async () => {
    const [first, second, empty] = await embedder.embed(
      ['Grüße aus Köln', 'Grüße aus Köln', ' \n'],
      new AbortController().signal,
    );

    expect(first).toEqual(second);
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
    expect(empty).toEqual(new Float32Array(embedder.dimensions));
  });

  it('sees no difference in case and accents', () => {
    expect(alike('CAFÉ crème', 'cafe creme')).toBeCloseTo(1, 5);
  });

  it('takes any text and never gives a number that is none', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\ud800',
        '翻'.repeat(3_000),
        'ا'.repeat(500),
        '\u0301'.repeat(9_000),
        'x'.repeat(1_000_000),
      ),
    );

    fc.assert(
      fc.property(hostile, (text) => {
        const vector = embedder.embedText(text);
        expect(vector).toHaveLength(embedder.dimensions);
        expect(vector.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('looks at both ends of a long text and at nothing in between', () => {
    const ends = (middle: string): string =>
      `${'Translate this. '.repeat(150)}${middle}${' Into French.'.repeat(80)}`;

    expect(alike(ends('rabbit '.repeat(9)), ends('engine '.repeat(9)))).toBeCloseTo(1, 5);
    expect(alike(ends(''), 'Translate this. '.repeat(150))).toBeLessThan(0.999);
  });

  it('refuses to work for a caller who has gone', async () => {
    await expect(embedder.embed(['a'], AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
