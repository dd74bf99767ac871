import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { INTENT_LABELS } from './intent-label';
import {
  IntentModel,
  pointsOf,
  readIntentModel,
  writeIntentModel,
  type IntentModelHeader,
} from './intent-model';
import { BUCKETS, WordNgrams } from './word-ngrams';

const header: IntentModelHeader = {
  version: 'abcd1234',
  embedder: 'e1',
  labels: INTENT_LABELS,
  denseFeatures: 3,
  temperature: 1.2,
  safetyThreshold: 0.6,
};
const columns = INTENT_LABELS.length;
const safety = INTENT_LABELS.indexOf('safety_risk');

function weights(): IntentModel['weights'] {
  return {
    buckets: Float32Array.from({ length: BUCKETS * columns }, (_, i) => Math.sin(i) * 2),
    dense: Float32Array.from({ length: 3 * columns }, (_, i) => Math.cos(i)),
    bias: new Float32Array(columns),
  };
}

describe('an intent model file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'mm-intent-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (content: Buffer): string => {
    const path = join(folder, 'model.bin');
    writeFileSync(path, content);
    return path;
  };

  it('gives back what was written, to the precision of 8 bits', () => {
    const written = new IntentModel(header, weights());
    const read = readIntentModel(write(writeIntentModel(header, weights())), 'e1');
    const features = {
      buckets: Int32Array.of(1, 77, 30_000),
      bucketValue: 1.7,
      dense: Float32Array.of(1, 0, 2),
    };

    expect(read?.header).toEqual(header);
    written
      .sharesOf(features)
      .forEach((share, k) => expect(read?.sharesOf(features)[k]).toBeCloseTo(share, 1));
  });

  it('is not used when it is missing, something else, or made for other vectors or labels', () => {
    const good = writeIntentModel(header, weights());
    const otherLabels = writeIntentModel({ ...header, labels: ['a', 'b'] }, weights());

    expect(readIntentModel(join(folder, 'none.bin'), 'e1')).toBeUndefined();
    expect(readIntentModel(write(Buffer.from('something else')), 'e1')).toBeUndefined();
    expect(readIntentModel(write(good), 'e2')).toBeUndefined();
    expect(readIntentModel(write(otherLabels), 'e1')).toBeUndefined();
  });
});

describe('IntentModel', () => {
  const points = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), {
    minLength: columns,
    maxLength: columns,
  });
  const tables = weights();
  const withBias = (bias: readonly number[]): IntentModel =>
    new IntentModel(header, { ...tables, bias: Float32Array.from(bias) });
  const nothing = { buckets: new Int32Array(0), bucketValue: 3, dense: new Float32Array(3) };

  it('adds up what buckets, numbers and bias say for each label', () => {
    const points = pointsOf(tables, {
      buckets: Int32Array.of(3),
      bucketValue: 2,
      dense: Float32Array.of(0, 5, 0),
    });

    points.forEach((value, k) =>
      expect(value).toBeCloseTo(
        2 * (tables.buckets[3 * columns + k] ?? 0) + 5 * (tables.dense[columns + k] ?? 0),
        4,
      ),
    );
  });

  it('divides the whole among the labels, and says the largest share or keeps safety_risk back', () => {
    fc.assert(
      fc.property(points, (bias) => {
        const model = withBias(bias);
        const shares = [...model.sharesOf(nothing)];
        const { label, confidence } = model.guess(nothing);
        const said = shares[INTENT_LABELS.indexOf(label)] ?? 0;

        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(Math.abs(confidence - said)).toBeLessThanOrEqual(0.0011);
        if (label === 'safety_risk') expect(said).toBeGreaterThanOrEqual(header.safetyThreshold);
        else expect(said).toBe(Math.max(...shares.filter((_, k) => k !== safety)));
      }),
    );
  });
});

describe('WordNgrams', () => {
  const ngrams = new WordNgrams();
  const bucketsOf = (text: string): number[] => [...ngrams.of(text)].sort((a, b) => a - b);

  it('finds every bucket once, inside the table, the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const buckets = bucketsOf(text);

        expect(new Set(buckets).size).toBe(buckets.length);
        expect(buckets.every((bucket) => bucket >= 0 && bucket < BUCKETS)).toBe(true);
        expect(bucketsOf(text)).toEqual(buckets);
      }),
    );
  });

  it('takes words as words: case, accents and numbers do not matter, order and marks do', () => {
    expect(bucketsOf('Écris 12 FOIS')).toEqual(bucketsOf('ecris 345 fois'));
    expect(bucketsOf('one two')).not.toEqual(bucketsOf('two one'));
    expect(bucketsOf('is it')).not.toEqual(bucketsOf('is it?'));
    expect(bucketsOf('')).toEqual([]);
  });
});
