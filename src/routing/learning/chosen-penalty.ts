import { evaluateHead, type LinearHead } from '../quality/linear-head';
import { fitRidge, type RegressionData } from './ridge-regression';

const FOLDS = 3;
const SCREENING_ITERATIONS = 10;
const CONSTANT: LinearHead = { bias: 0, weights: undefined };

/**
 * Fits with the penalty that predicts left-out thirds best, judged with a bonus for the stronger ones; when none
 * beats predicting zero by more than chance would, the answer is the constant zero.
 */
export function fitWithChosenPenalty(
  data: RegressionData,
  penalties: readonly number[],
  size?: number,
): LinearHead {
  const errors = [undefined, ...penalties].map((penalty) => ({
    penalty,
    losses: lossesOf(data, penalty, size),
  }));
  let best = errors[0];
  for (const candidate of errors.slice(1))
    if (best && isClearlyBetter(candidate.losses, best.losses)) best = candidate;
  return best?.penalty === undefined ? CONSTANT : fitRidge(data, { penalty: best.penalty, size });
}

function lossesOf(data: RegressionData, penalty: number | undefined, size: number | undefined): Float64Array {
  const losses = new Float64Array(data.vectors.length);
  if (penalty === undefined) return losses.map((_, i) => (data.targets[i] ?? 0) ** 2);
  for (let fold = 0; fold < FOLDS; fold++) {
    const kept = data.vectors.flatMap((_, i) => (i % FOLDS === fold ? [] : [i]));
    const head = fitRidge(subset(data, kept), { penalty, iterations: SCREENING_ITERATIONS, size });
    for (let i = fold; i < losses.length; i += FOLDS) {
      const vector = data.vectors[i];
      if (vector) losses[i] = ((data.targets[i] ?? 0) - evaluateHead(head, vector)) ** 2;
    }
  }
  return losses;
}

/** Lower on average by more than one standard error of the difference. */
function isClearlyBetter(losses: Float64Array, than: Float64Array): boolean {
  const n = losses.length;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const difference = (than[i] ?? 0) - (losses[i] ?? 0);
    sum += difference;
    squares += difference * difference;
  }
  const mean = sum / Math.max(n, 1);
  return mean > Math.sqrt(Math.max(squares / Math.max(n, 1) - mean * mean, 0) / Math.max(n, 1));
}

export function subset(data: RegressionData, rows: readonly number[]): RegressionData {
  return {
    vectors: rows.flatMap((row) => data.vectors[row] ?? []),
    targets: Float64Array.from(rows, (row) => data.targets[row] ?? 0),
  };
}
