import { existsSync, readFileSync } from 'node:fs';
import type { IntentFeatures } from './intent-features';
import { INTENT_LABELS, type IntentLabel } from './intent-label';
import { BUCKETS } from './word-ngrams';

/** First bytes of the file; the number counts up with the layout. */
const MAGIC = 'MMIM0001';
const LABELS = INTENT_LABELS.length;
/** Nothing is certain; a threshold of 1 is therefore never reached. */
const MOST = 0.999;
const SAFETY_RISK = INTENT_LABELS.indexOf('safety_risk');

/** What training finds. Row of a feature, column of a label. */
export interface IntentWeightTables {
  readonly buckets: Float32Array;
  readonly dense: Float32Array;
  readonly bias: Float32Array;
}

/** What a model file says about itself. */
export interface IntentModelHeader {
  /** Made from the content by the trainer: another model has another version. */
  readonly version: string;
  /** Version of the embedder whose vectors it learned from. */
  readonly embedder: string;
  readonly labels: readonly string[];
  readonly denseFeatures: number;
  /** Points are divided by this before they become shares. */
  readonly temperature: number;
  /** `safety_risk` is said only from this share on, else the next best label. */
  readonly safetyThreshold: number;
}

export interface LabelGuess {
  readonly label: IntentLabel;
  /** Calibrated: of the prompts with a confidence of 0.8, four in five are labelled right. */
  readonly confidence: number;
}

/** A linear model over word buckets, shape, signals and embedding. The same features always give the same answer. */
export class IntentModel {
  constructor(
    readonly header: IntentModelHeader,
    readonly weights: IntentWeightTables,
  ) {}

  guess(features: IntentFeatures): LabelGuess {
    const shares = this.sharesOf(features);
    const mayBeRisk = (shares[SAFETY_RISK] ?? 0) >= this.header.safetyThreshold;
    let best = -1;
    for (let k = 0; k < LABELS; k++) {
      if (k === SAFETY_RISK && !mayBeRisk) continue;
      if (best < 0 || (shares[k] ?? 0) > (shares[best] ?? 0)) best = k;
    }
    return {
      label: INTENT_LABELS[best] ?? 'chat_lite',
      confidence: Math.min(Math.round((shares[best] ?? 0) * 1_000) / 1_000, MOST),
    };
  }

  /** The share of each label, in the order of INTENT_LABELS; together 1. */
  sharesOf(features: IntentFeatures): Float64Array {
    const points = pointsOf(this.weights, features);
    let highest = -Infinity;
    for (let k = 0; k < LABELS; k++) {
      const value = (points[k] ?? 0) / this.header.temperature;
      points[k] = value;
      if (value > highest) highest = value;
    }
    let total = 0;
    for (let k = 0; k < LABELS; k++) total += points[k] = Math.exp((points[k] ?? 0) - highest);
    for (let k = 0; k < LABELS; k++) points[k] = (points[k] ?? 0) / total;
    return points;
  }
}

/** Points per label before calibration. */
export function pointsOf(
  weights: IntentWeightTables,
  { buckets, bucketValue, dense }: IntentFeatures,
): Float64Array {
  const points = new Float64Array(LABELS);
  const table = weights.buckets;
  for (const bucket of buckets) {
    const row = bucket * LABELS;
    for (let k = 0; k < LABELS; k++) points[k] = (points[k] ?? 0) + (table[row + k] ?? 0);
  }
  for (let k = 0; k < LABELS; k++) points[k] = (points[k] ?? 0) * bucketValue + (weights.bias[k] ?? 0);
  for (let i = 0; i < dense.length; i++) {
    const value = dense[i] ?? 0;
    if (value === 0) continue;
    const row = i * LABELS;
    for (let k = 0; k < LABELS; k++) points[k] = (points[k] ?? 0) + value * (weights.dense[row + k] ?? 0);
  }
  return points;
}

/**
 * Reads a model file: magic, length of the header, header as JSON, a 32-bit scale per label, the bucket table in 8-bit
 * numbers, then dense weights and bias in 32 bits. Undefined when there is no file, or it is not of this layout, or it
 * was trained with other labels or another embedder.
 */
export function readIntentModel(path: string, embedder: string): IntentModel | undefined {
  if (!existsSync(path)) return undefined;
  const file = readFileSync(path);
  if (file.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const headerEnd = MAGIC.length + 4 + file.readUInt32LE(MAGIC.length);
  const header = toHeader(JSON.parse(file.toString('utf8', MAGIC.length + 4, headerEnd)));
  if (header?.labels.join() !== INTENT_LABELS.join() || header.embedder !== embedder) return undefined;
  return new IntentModel(header, readWeights(file.subarray(headerEnd), header.denseFeatures));
}

function readWeights(content: Buffer, denseFeatures: number): IntentWeightTables {
  const tableStart = LABELS * 4;
  const denseStart = tableStart + BUCKETS * LABELS;
  const biasStart = denseStart + denseFeatures * LABELS * 4;
  const buckets = new Float32Array(BUCKETS * LABELS);
  for (let i = 0; i < buckets.length; i++)
    buckets[i] = content.readInt8(tableStart + i) * content.readFloatLE((i % LABELS) * 4);
  return {
    buckets,
    dense: readFloats(content, denseStart, denseFeatures * LABELS),
    bias: readFloats(content, biasStart, LABELS),
  };
}

function readFloats(content: Buffer, start: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => content.readFloatLE(start + i * 4));
}

/** The file with this content; scripts/train-intent.mjs writes it. */
export function writeIntentModel(header: IntentModelHeader, weights: IntentWeightTables): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  const scales = new Float32Array(LABELS);
  weights.buckets.forEach((weight, i) => {
    scales[i % LABELS] = Math.max(scales[i % LABELS] ?? 0, Math.abs(weight) / 127, 1e-9);
  });
  const table = Int8Array.from(weights.buckets, (weight, i) =>
    Math.round(weight / (scales[i % LABELS] ?? 1)),
  );
  const parts = [scales, table, weights.dense, weights.bias].map((part) =>
    Buffer.from(part.buffer, part.byteOffset, part.byteLength),
  );
  return Buffer.concat([Buffer.from(MAGIC), size, head, ...parts]);
}

function toHeader(value: unknown): IntentModelHeader | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field = (name: keyof IntentModelHeader): unknown => Reflect.get(value, name);
  const labels = field('labels');
  return {
    version: String(field('version')),
    embedder: String(field('embedder')),
    labels: Array.isArray(labels) ? labels.map(String) : [],
    denseFeatures: Number(field('denseFeatures')),
    temperature: Number(field('temperature')),
    safetyThreshold: Number(field('safetyThreshold')),
  };
}
