import { toUnitLength } from '../../../common/unit-length';

/** How the vectors of a text's tokens become one: their mean, or the one of the first token. */
export type Pooling = 'mean' | 'cls';

/** One vector of length 1 from those of the tokens, which stand one after the other in `values`. */
export function poolVectors(values: Float32Array, dimensions: number, pooling: Pooling): Float32Array {
  const counted = pooling === 'cls' ? dimensions : values.length;
  const sum = new Float32Array(dimensions);
  for (let row = 0; row < counted; row += dimensions)
    for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (values[row + i] ?? 0);
  // The mean and the sum point in the same direction.
  return toUnitLength(sum);
}
