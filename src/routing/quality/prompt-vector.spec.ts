import fc from 'fast-check';
import { HASH_SIZE, VECTOR_SIZE, toPromptVector, type PromptVector } from './prompt-vector';

const entries = ({ places, values }: PromptVector): [number, number][] =>
  Array.from(places, (place, i): [number, number] => [place, values[i] ?? 0]);

describe('toPromptVector', () => {
  it('names each place once, inside the vector, with finite values, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { places, values } = toPromptVector(text);

        expect(new Set(places).size).toBe(places.length);
        expect(places.every((place) => place >= 0 && place < VECTOR_SIZE)).toBe(true);
        expect(values.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('gives the word part length one and leaves nothing behind for the next prompt', () => {
    const first = toPromptVector('How many eggs does Ana sell?');
    toPromptVector('something else entirely, with other words');

    const again = toPromptVector('How many eggs does Ana sell?');

    expect(entries(again)).toEqual(entries(first));
    const squares = entries(first).reduce(
      (sum, [place, value]) => sum + (place < HASH_SIZE ? value ** 2 : 0),
      0,
    );
    expect(squares).toBeCloseTo(1, 5);
  });

  it('sees words, not their case or the figures in them', () => {
    const words = (text: string): number[] =>
      [...toPromptVector(text).places].filter((place) => place < HASH_SIZE).sort((a, b) => a - b);

    expect(words('Ana sells 23 eggs')).toEqual(words('ANA SELLS 57 EGGS'));
    expect(words('Ana sells 23 eggs')).not.toEqual(words('Ana sells 235 eggs'));
    expect(words('dog bites man')).not.toEqual(words('man bites dog'));
  });

  it('reads a bounded window, so a megabyte costs what its two ends cost', () => {
    const end = 'x '.repeat(4096);

    const long = toPromptVector(`${end}${'y '.repeat(500_000)}${end}`);

    expect(long.places.length).toBeLessThan(60);
  });
});
