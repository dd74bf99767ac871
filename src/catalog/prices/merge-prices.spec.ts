import fc from 'fast-check';
import type { PriceRow } from '../model-card';
import { mergePrices, type PriceOverride } from './merge-prices';

const DAYS = Array.from({ length: 12 }, (_unused, index) => `2026-${String(index + 1).padStart(2, '0')}-01`);

const priced = (validFrom: string, input: bigint): PriceRow => ({
  validFrom,
  perMillion: { inputUncached: input, outputText: input },
});

/** The price in force on a day, as the arithmetic of calls reads a schedule. */
function on(day: string, rows: readonly PriceRow[]): bigint | undefined {
  return (rows.findLast((row) => row.validFrom <= day) ?? rows[0])?.perMillion.inputUncached;
}

describe('mergePrices', () => {
  it('returns the list itself when nothing is laid over it', () => {
    const listed = [priced('2026-01-01', 1n)];

    expect(mergePrices(listed, [])).toBe(listed);
  });

  it('goes back to the list when an override ends, also to a price that began meanwhile', () => {
    const listed = [priced('2026-01-01', 1n), priced('2026-06-01', 2n)];
    const merged = mergePrices(listed, [{ ...priced('2026-03-01', 9n), validTo: '2026-08-01' }]);

    expect(['2026-02-01', '2026-03-01', '2026-07-01', '2026-08-01'].map((day) => on(day, merged))).toEqual([
      1n,
      9n,
      9n,
      2n,
    ]);
  });

  it('prices every day by the override that began last, else by the list', () => {
    const day = fc.constantFrom(...DAYS);
    const override = fc
      .record({
        from: fc.nat(10),
        days: fc.option(fc.integer({ min: 1, max: 11 })),
        input: fc.bigInt(10n, 99n),
      })
      .map(({ from, days, input }): PriceOverride => {
        const validTo = days === null ? undefined : DAYS[from + days];
        return { ...priced(DAYS[from] ?? '', input), ...(validTo !== undefined && { validTo }) };
      });
    const overrides = fc.uniqueArray(override, { selector: ({ validFrom }) => validFrom, maxLength: 4 });

    fc.assert(
      fc.property(overrides, day, (laid, today) => {
        const listed = [priced('2026-01-01', 1n), priced('2026-06-01', 2n)];
        const counting = laid
          .filter(
            ({ validFrom, validTo }) => validFrom <= today && (validTo === undefined || today < validTo),
          )
          .sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
          .at(-1);

        expect(on(today, mergePrices(listed, laid))).toBe(
          counting?.perMillion.inputUncached ?? on(today, listed),
        );
      }),
    );
  });
});
