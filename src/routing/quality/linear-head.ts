import { HASH_SIZE, VECTOR_SIZE, type PromptVector } from './prompt-vector';

/** A linear function of a prompt vector. */
export interface LinearHead {
  readonly bias: number;
  /** One number per place of the vectors it is for; absent for a constant. */
  readonly weights: Float32Array | undefined;
}

/** A head as it stands in an artefact: the hashed part in eight bits, the shape part exactly. */
export interface PackedHead {
  readonly bias: number;
  /** Absent for a constant. */
  readonly weights?: {
    readonly shape: readonly number[];
    /** What one step of a packed weight is worth. */
    readonly step: number;
    /** Base64 of `HASH_SIZE` signed bytes. */
    readonly hashed: string;
  };
}

const LARGEST_BYTE = 127;

export function evaluateHead({ bias, weights }: LinearHead, { places, values }: PromptVector): number {
  if (!weights) return bias;
  let sum = bias;
  for (let i = 0; i < places.length; i++) sum += (weights[places[i] ?? 0] ?? 0) * (values[i] ?? 0);
  return sum;
}

export function packHead({ bias, weights }: LinearHead): PackedHead {
  if (!weights) return { bias: round(bias) };
  const hashed = weights.subarray(0, HASH_SIZE);
  const largest = hashed.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const step = largest === 0 ? 1 : largest / LARGEST_BYTE;
  const bytes = Int8Array.from(hashed, (weight) => Math.round(weight / step));
  return {
    bias: round(bias),
    weights: {
      shape: Array.from(weights.subarray(HASH_SIZE), round),
      step,
      hashed: Buffer.from(bytes.buffer).toString('base64'),
    },
  };
}

/** Undoes {@link packHead} up to its rounding; undefined when the parts do not have the sizes of a head. */
export function unpackHead({ bias, weights: packed }: PackedHead): LinearHead | undefined {
  if (!packed) return { bias, weights: undefined };
  const bytes = Buffer.from(packed.hashed, 'base64');
  if (bytes.length !== HASH_SIZE || HASH_SIZE + packed.shape.length !== VECTOR_SIZE) return undefined;
  const weights = new Float32Array(VECTOR_SIZE);
  for (let i = 0; i < HASH_SIZE; i++) weights[i] = bytes.readInt8(i) * packed.step;
  weights.set(packed.shape, HASH_SIZE);
  return { bias, weights };
}

function round(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
