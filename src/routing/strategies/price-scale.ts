import type { Candidate } from '../candidate';
import type { PriceScale } from '../routing-profile';
import { roundScore } from './candidate-traits';
import { Scale } from './scale';

const MIN_LOG_PRICE_SPAN = Math.log(8);
/** A candidate whose root of the cost is this many times the mean root keeps half of the scale. */
const HALF_AT = 4;

/**
 * How cheap each candidate is for this request, 1 for free and towards 0 the dearer it is; a warm prompt cache makes its
 * owner cheaper. In the order of the candidates.
 */
export function priceScores(candidates: readonly Candidate[], scale: PriceScale): number[] {
  const costs = candidates.map(({ expectedCost, cacheSaving }) =>
    Math.max(Number(expectedCost - cacheSaving), 0),
  );
  return scale === 'logarithm' ? byLogarithm(costs) : byTypicalCost(costs);
}

/**
 * By square roots: four times as dear is twice as far. Against the mean of all and flat far above it, so that one very dear
 * candidate neither hides nor blows up the differences between the others. Square roots are exact on every machine.
 */
function byTypicalCost(costs: readonly number[]): number[] {
  const roots = costs.map((cost) => Math.sqrt(cost));
  const half = (HALF_AT * roots.reduce((sum, root) => sum + root, 0)) / roots.length;
  return roots.map((root) => (root === 0 ? 1 : roundScore(half / (half + root))));
}

/** The scale of records from before there was a choice: twice as dear is the same step everywhere. */
function byLogarithm(costs: readonly number[]): number[] {
  const prices = new Scale();
  for (const cost of costs) prices.add(Math.log(Math.max(cost, 1)));
  return costs.map((_, i) => roundScore(1 - prices.shareAboveLowest(i, MIN_LOG_PRICE_SPAN)));
}
