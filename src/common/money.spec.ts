import fc from 'fast-check';
import { costOfTokens, displayUsd, formatUsd, parseUsd, toUsdNumber } from './money';

describe('parseUsd', () => {
  it.each([
    ['0', 0n],
    ['10.0', 10_000_000_000n],
    ['0.05', 50_000_000n],
    ['0.0000000004', 0n],
    ['0.0000000005', 1n],
    [0.05, 50_000_000n],
    [1e-9, 1n],
    ['5e-05', 50_000n],
    ['1E-3', 1_000_000n],
    [1e-7, 100n],
  ])('reads %p exactly', (text, expected) => {
    expect(parseUsd(text)).toBe(expected);
  });

  it.each(['-1', 'NaN', '', '1e400', '0x10', '1,5', Number.NaN, -1, Number.POSITIVE_INFINITY])(
    'refuses %p instead of guessing',
    (value) => {
      expect(parseUsd(value)).toBeUndefined();
    },
  );

  it('is the inverse of formatUsd for every amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (amount) => {
        expect(parseUsd(formatUsd(amount))).toBe(amount);
      }),
    );
  });
});

describe('displayUsd', () => {
  it.each([
    [0n, '0.00'],
    [100n, '0.0000001'],
    [10_000_000_000n, '10.00'],
    [1_500_000_000n, '1.50'],
    [1_234_567_891n, '1.234567891'],
  ])('writes %p the way people read money', (amount, text) => {
    expect(displayUsd(amount)).toBe(text);
  });
});

describe('costOfTokens', () => {
  it('rounds half up once over the sum, not per bucket', () => {
    const half = { tokens: 1, nanoUsdPerMillion: 500_000n };

    expect(costOfTokens([half])).toBe(1n);
    expect(costOfTokens([half, half])).toBe(1n);
  });

  it('equals rational arithmetic for any mix of buckets', () => {
    const item = fc.record({
      tokens: fc.nat(10_000_000),
      nanoUsdPerMillion: fc.bigInt({ min: 0n, max: 600_000_000_000n }),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), (items) => {
        const exact = items.reduce((sum, i) => sum + BigInt(i.tokens) * i.nanoUsdPerMillion, 0n);
        const rounded = costOfTokens(items);

        expect(rounded * 1_000_000n - exact).toBeLessThanOrEqual(500_000n);
        expect(rounded * 1_000_000n - exact).toBeGreaterThan(-500_000n);
      }),
    );
  });

  it('prices a million tokens at exactly the listed price', () => {
    expect(toUsdNumber(costOfTokens([{ tokens: 1_000_000, nanoUsdPerMillion: 2_500_000_000n }]))).toBe(2.5);
  });
});
