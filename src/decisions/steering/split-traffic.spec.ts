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

  it('moves keys only to the option whose weight grows, or that is added, whatever its place', () => {
    const three = ['a', 'b', 'c'].map((name) => ({ name, weight: 2 }));
    for (const grown of ['a', 'b', 'c']) {
      const wider = three.map((option) => (option.name === grown ? { ...option, weight: 4 } : option));
      const moved = KEYS.filter((key) => side('x', key, three) !== side('x', key, wider));

      expect(new Set(moved.map((key) => side('x', key, wider)))).toEqual(new Set([grown]));
      // A third of the keys before, half of them now.
      expect(Math.abs(moved.length / KEYS.length - 1 / 6)).toBeLessThan(0.01);
    }
    const longer = [...three, { name: 'd', weight: 2 }];
    const moved = KEYS.filter((key) => side('x', key, three) !== side('x', key, longer));

    expect(new Set(moved.map((key) => side('x', key, longer)))).toEqual(new Set(['d']));
  });

  it('has an answer for one option and none for no option', () => {
    expect(pickByWeight([{ weight: 1 }], 'x', 'k')).toEqual({ weight: 1 });
    expect(pickByWeight<Weighted>([], 'x', 'k')).toBeUndefined();
  });
});
