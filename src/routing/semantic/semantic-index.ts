import { EXEMPLARS, type Exemplar } from './exemplars';

/** The meaning of a prompt as a vector of length 1, and whose vectors it can be compared with. */
export interface PromptMeaning {
  readonly version: string;
  readonly vector: Float32Array;
}

/** What a prompt demands, as its neighbours have it. */
export interface SemanticDemand {
  /** How much of each ability it calls for; sums to 1. */
  readonly abilities: Readonly<Record<Exemplar['ability'], number>>;
  readonly demand: number;
}

const NEIGHBOURS = 8;
/** Sharpens the share of near neighbours: a similarity 0.1 higher counts e times as much. */
const SHARPNESS = 10;
/** Below this similarity a neighbour says little, and the line through all exemplars counts more. */
const FAMILIAR = 0.55;
/** Keeps the line flat where the exemplars are too few to bend it. */
const RIDGE = 1;
const AVERAGE_DEMAND = EXEMPLARS.reduce((sum, { demand }) => sum + demand, 0) / EXEMPLARS.length;

/**
 * The exemplars as vectors of one embedder: nearest neighbours for what is familiar, and a straight line (ridge regression, fitted
 * when the index is made) for what is not.
 */
export class SemanticIndex {
  private readonly line: Float64Array;

  constructor(
    readonly version: string,
    private readonly vectors: readonly Float32Array[],
  ) {
    this.line = fitLine(vectors);
  }

  demandOf(vector: Float32Array): SemanticDemand {
    const near = this.nearest(vector);
    const abilities = { general: 0, code: 0, reasoning: 0 };
    let demand = 0;
    let total = 0;
    for (const { exemplar, similarity } of near) {
      const weight = Math.exp(SHARPNESS * similarity);
      abilities[exemplar.ability] += weight;
      demand += weight * exemplar.demand;
      total += weight;
    }
    for (const ability of ABILITIES) abilities[ability] /= total;
    const familiar = Math.min(1, Math.max(0, near[0]?.similarity ?? 0) / FAMILIAR);
    const byLine = clamp(AVERAGE_DEMAND + dot(this.line, vector));
    return { abilities, demand: (0.5 + familiar / 2) * (demand / total) + (0.5 - familiar / 2) * byLine };
  }

  private nearest(vector: Float32Array): readonly { exemplar: Exemplar; similarity: number }[] {
    return this.vectors
      .flatMap((other, i) => {
        const exemplar = EXEMPLARS[i];
        return exemplar ? [{ exemplar, similarity: dot(other, vector) }] : [];
      })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, NEIGHBOURS);
  }
}

const ABILITIES = ['general', 'code', 'reasoning'] as const;

/** The direction along which demand grows: dual ridge regression, as there are fewer exemplars than dimensions. */
function fitLine(vectors: readonly Float32Array[]): Float64Array {
  const wanted = EXEMPLARS.slice(0, vectors.length).map(({ demand }) => demand - AVERAGE_DEMAND);
  const kernel = vectors.map((one, i) => vectors.map((other, j) => dot(one, other) + (i === j ? RIDGE : 0)));
  const shares = solve(kernel, wanted);
  const line = new Float64Array(vectors[0]?.length ?? 0);
  for (const [i, vector] of vectors.entries())
    for (let d = 0; d < line.length; d++) line[d] = (line[d] ?? 0) + (shares[i] ?? 0) * (vector[d] ?? 0);
  return line;
}

/** Gaussian elimination; the matrix is positive definite, so that no pivot is 0. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  for (const [i, row] of rows.entries()) {
    const pivot = row[i] ?? 1;
    for (let k = i; k < row.length; k++) row[k] = (row[k] ?? 0) / pivot;
    for (const [j, other] of rows.entries()) {
      const factor = other[i] ?? 0;
      if (j === i || factor === 0) continue;
      for (let k = i; k < other.length; k++) other[k] = (other[k] ?? 0) - factor * (row[k] ?? 0);
    }
  }
  return rows.map((row) => row.at(-1) ?? 0);
}

function dot(a: Float32Array | Float64Array, b: Float32Array): number {
  let sum = 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function clamp(demand: number): number {
  return Math.min(Math.max(demand, 0.3), 0.95);
}
