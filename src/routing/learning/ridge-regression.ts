import type { LinearHead } from '../quality/linear-head';
import { VECTOR_SIZE, type PromptVector } from '../quality/prompt-vector';

/** Prompts with one target each. */
export interface RegressionData {
  readonly vectors: readonly PromptVector[];
  readonly targets: Float64Array;
}

export interface RidgeOptions {
  /** Weight of the squared weights against the squared errors; the mean of the targets is not penalised. */
  readonly penalty: number;
  readonly iterations?: number;
  /** Places a vector can have. */
  readonly size?: number | undefined;
}

const DEFAULT_ITERATIONS = 20;
const ENOUGH = 1e-6;

/** Least squares with a ridge penalty by conjugate gradients; deterministic, linear in the non-zero entries. */
export function fitRidge({ vectors, targets }: RegressionData, options: RidgeOptions): LinearHead {
  const bias = mean(targets);
  const size = options.size ?? VECTOR_SIZE;
  const weights = new Float64Array(size);
  const residual = new Float64Array(size);
  vectors.forEach((vector, i) => addScaled(residual, vector, (targets[i] ?? 0) - bias));
  const direction = residual.slice();
  let norm = dot(residual, residual);
  const goal = norm * ENOUGH;
  for (let i = 0; i < (options.iterations ?? DEFAULT_ITERATIONS) && norm > goal; i++) {
    const curved = normalEquations(vectors, direction, options.penalty);
    const step = norm / dot(direction, curved);
    for (let k = 0; k < size; k++) {
      weights[k] = (weights[k] ?? 0) + step * (direction[k] ?? 0);
      residual[k] = (residual[k] ?? 0) - step * (curved[k] ?? 0);
    }
    const next = dot(residual, residual);
    for (let k = 0; k < size; k++) direction[k] = (residual[k] ?? 0) + (next / norm) * (direction[k] ?? 0);
    norm = next;
  }
  return { bias, weights: Float32Array.from(weights) };
}

function normalEquations(
  vectors: readonly PromptVector[],
  direction: Float64Array,
  penalty: number,
): Float64Array {
  const result = direction.map((value) => value * penalty);
  for (const vector of vectors) addScaled(result, vector, project(direction, vector));
  return result;
}

function addScaled(sum: Float64Array, { places, values }: PromptVector, factor: number): void {
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    sum[place] = (sum[place] ?? 0) + factor * (values[i] ?? 0);
  }
}

function project(weights: Float64Array, { places, values }: PromptVector): number {
  let sum = 0;
  for (let i = 0; i < places.length; i++) sum += (weights[places[i] ?? 0] ?? 0) * (values[i] ?? 0);
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
