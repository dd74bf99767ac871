import { pickByWeight, type Weighted } from './split-traffic';

const OPTIONS = [
  { name: 'a', weight: 90 },
  { name: 'b', weight: 10 },
];
const KEYS = Array.from({ length: 20_000 }, (_unused, number) => `user-${number}`);
const side = (salt: string, key: string, options = OPTIONS): string =>
  pickByWeight(options, salt, key)?.name ?? 'none';

describe('pickByWeight', () => {
  it('keeps every key on its side', () => {
    const sides = KEYS.slice(0, 500).map((key) => side('x', key));

    expect(KEYS.slice(0, 500).map((key) => side('x', key))).toEqual(sides);
  });

  it('divides keys by the weights', () => {
    const share = KEYS.filter((key) => side('x', key) === 'b').length / KEYS.length;

    expect(Math.abs(share - 0.1)).toBeLessThan(0.01);
  });

  it('divides anew under another salt', () => {
    const both = KEYS.filter((key) => side('x', key) === 'b' && side('y', key) === 'b').length;

    expect(both / KEYS.length).toBeLessThan(0.02);
  });

  it('moves nobody but the added share when a weight grows', () => {
    const wider = [
      { name: 'a', weight: 80 },
      { name: 'b', weight: 20 },
    ];

    expect(KEYS.filter((key) => side('x', key) === 'b').every((key) => side('x', key, wider) === 'b')).toBe(
      true,
    );
  });

  it('has an answer for one option and none for no option', () => {
    expect(pickByWeight([{ weight: 1 }], 'x', 'k')).toEqual({ weight: 1 });
    expect(pickByWeight<Weighted>([], 'x', 'k')).toBeUndefined();
  });
});
