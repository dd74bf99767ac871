import type { PriceRow } from '../model-card';

/** A price that stands in for the listed one while it lasts. */
export interface PriceOverride extends PriceRow {
  /** First day on which it counts no more; undefined: until another one begins. */
  readonly validTo?: string;
}

/**
 * The schedule that results from a list and what was laid over it: on every day the override that began last counts, else
 * the list. Rows come oldest first, as a model card has them.
 */
export function mergePrices(
  listed: readonly PriceRow[],
  overrides: readonly PriceOverride[],
): readonly PriceRow[] {
  if (overrides.length === 0) return listed;
  const [first] = listed;
  const days = new Set([
    ...(first ? [first.validFrom] : []),
    ...listed.map(({ validFrom }) => validFrom),
    ...overrides.flatMap(({ validFrom, validTo }) =>
      validTo === undefined ? [validFrom] : [validFrom, validTo],
    ),
  ]);
  const rows: PriceRow[] = [];
  for (const day of [...days].sort()) {
    const row = overrideOn(overrides, day) ?? listedOn(listed, day);
    if (row) rows.push({ ...row, validFrom: day });
  }
  return rows;
}

/** The first row of a list also counts before its date. */
function listedOn(listed: readonly PriceRow[], day: string): PriceRow | undefined {
  return listed.findLast((row) => row.validFrom <= day) ?? listed[0];
}

function overrideOn(overrides: readonly PriceOverride[], day: string): PriceOverride | undefined {
  const counting = overrides.filter(
    ({ validFrom, validTo }) => validFrom <= day && (validTo === undefined || day < validTo),
  );
  return counting.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1)).at(-1);
}
