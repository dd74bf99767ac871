import { windowOf } from '../text-window';
import { PromptShape, SHAPE_SIZE } from './prompt-shape';
import { mix, scanTokens } from './prompt-tokens';

/** Version of tokens, hashing and shape together; weights of another version do not fit. */
export const VECTOR_VERSION = 1;
/** Places for hashed words and word pairs; the shape stands behind them. */
export const HASH_SIZE = 1 << 15;
export const VECTOR_SIZE = HASH_SIZE + SHAPE_SIZE;
/** Length of the shape part; that of the words is 1. */
const SHAPE_WEIGHT = 0.5;
const PAIR_SALT = 0x62;

/** A prompt as numbers: place and value of everything that is not zero, each place once. */
export interface PromptVector {
  readonly places: Int32Array;
  readonly values: Float32Array;
}

/** Scratch space; zero between calls. Everything here is synchronous, so one is enough. */
const counts = new Uint16Array(HASH_SIZE);

/** Hashes words and word pairs (logarithmic counts, length 1) and puts the shape of the prompt beside them. */
export function toPromptVector(written: string): PromptVector {
  const text = windowOf(written);
  const shape = new PromptShape(text);
  const touched: number[] = [];
  let previous = 0;
  const count = (hash: number): void => {
    const place = finish(hash);
    if (counts[place] === 0) touched.push(place);
    counts[place] = (counts[place] ?? 0) + 1;
  };
  scanTokens(text, (kind, hash, start, end) => {
    shape.visit(kind, hash, start, end);
    count(hash);
    if (previous !== 0) count(mix(mix(previous, PAIR_SALT), hash));
    previous = hash;
  });
  return assemble(touched, shape.finish());
}

function assemble(touched: readonly number[], shape: Float64Array): PromptVector {
  const size = touched.length;
  const places = new Int32Array(size + SHAPE_SIZE);
  const values = new Float32Array(size + SHAPE_SIZE);
  let squares = 0;
  touched.forEach((place, i) => {
    const value = 1 + Math.log(counts[place] ?? 1);
    counts[place] = 0;
    places[i] = place;
    values[i] = value;
    squares += value * value;
  });
  const length = Math.sqrt(squares);
  for (let i = 0; i < size; i++) values[i] = (values[i] ?? 0) / length;
  const scale = SHAPE_WEIGHT / Math.sqrt(SHAPE_SIZE);
  shape.forEach((value, i) => {
    places[size + i] = HASH_SIZE + i;
    values[size + i] = value * scale;
  });
  return { places, values };
}

/** Spreads a hash over all places. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 15);
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  mixed ^= mixed >>> 12;
  return mixed & (HASH_SIZE - 1);
}
