import { toUnitLength } from '../../../common/unit-length';

/** How the vectors of a text's tokens become one: their mean, or the one of the first token. */
export type Pooling = 'mean' | 'cls';

/** Token vectors of a batch as a model puts them out: `values[(text * tokens + token) * dimensions + i]`. */
export interface TokenVectors {
  readonly values: Float32Array;
  readonly tokens: number;
  readonly dimensions: number;
}

/** One vector of length 1 per text; `lengths` says how many of its tokens are not padding. */
export function poolVectors(
  { values, tokens, dimensions }: TokenVectors,
  lengths: readonly number[],
  pooling: Pooling,
): Float32Array[] {
  return lengths.map((length, text) => {
    const start = text * tokens * dimensions;
    const counted = pooling === 'cls' ? 1 : length;
    const sum = new Float32Array(dimensions);
    for (let token = 0; token < counted; token++) {
      const row = start + token * dimensions;
      for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (values[row + i] ?? 0);
    }
    // The mean and the sum point in the same direction.
    return toUnitLength(sum);
  });
}
