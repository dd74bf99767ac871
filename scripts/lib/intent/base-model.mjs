/** The model that every training starts from: learned from public rows and our own sentences, never from the data at hand. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { built, readRows } from './rows.mjs';

export const baseFile = join(root, 'scripts', 'train', 'intent-base.bin');
export const modelFile = join(root, 'src', 'routing', 'intent', 'intent-model.bin');

const rehearsalFile = join(root, 'scripts', 'train', 'own-rehearsal.jsonl');

/** Our own sentences about danger and its look-alikes, which every adaptation repeats. */
export function readRehearsal(reader) {
  return reader.samples(readRows(rehearsalFile));
}

export function readBase(embedder) {
  const { readIntentModel } = built('routing/intent/intent-model.js');
  const model = readIntentModel(baseFile, embedder);
  if (model === undefined)
    throw new Error(`${baseFile} does not fit this code: train it with train:intent -- --as-base`);
  return model.weights;
}

/** File content of a model; its version is made from what it holds. */
export function toModelFile({ weights, temperature, safetyThreshold }, embedder) {
  const { writeIntentModel } = built('routing/intent/intent-model.js');
  const { INTENT_LABELS } = built('routing/intent/intent-label.js');
  const header = {
    version: '',
    embedder,
    labels: [...INTENT_LABELS],
    denseFeatures: weights.dense.length / INTENT_LABELS.length,
    temperature,
    safetyThreshold,
  };
  const hash = createHash('sha256').update(writeIntentModel(header, weights)).digest('hex');
  return writeIntentModel({ ...header, version: hash.slice(0, 8) }, weights);
}
