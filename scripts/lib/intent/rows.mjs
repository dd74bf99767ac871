/** Labelled prompts from files, and what the production code reads out of them. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { readInput } from '../json-lines.mjs';

const requireHere = createRequire(import.meta.url);

/** A compiled file of the product, by its path under src. */
export const built = (path) => requireHere(join(root, 'dist', 'src', path));

/** JSON lines `{id?, text, label?, has_image?, wants_json?, source?}`; fails with the number of a bad line. */
export function readRows(file) {
  const rows = [];
  readInput(file)
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return;
      const row = parseLine(line, `${file}:${i + 1}`);
      rows.push({ ...row, source: String(row.source ?? 'unknown'), id: row.id ?? String(i + 1) });
    });
  if (rows.length === 0) throw new Error(`${file} has no rows`);
  return rows;
}

function parseLine(line, place) {
  let row;
  try {
    row = JSON.parse(line);
  } catch {
    throw new Error(`${place} is no JSON`);
  }
  if (typeof row?.text !== 'string') throw new Error(`${place} has no text`);
  return row;
}

/** The labels of the product, in its order. */
function intentLabels() {
  return built('routing/intent/intent-label.js').INTENT_LABELS;
}

/** Reads rows exactly as a request is read. */
export class RowReader {
  constructor() {
    const { StaticEmbedder } = built('platform/embedding/static/static-embedder.js');
    const { IntentFeatureReader } = built('routing/intent/intent-features.js');
    this.embedder = new StaticEmbedder();
    this.reader = new IntentFeatureReader(this.embedder);
    this.extractFeatures = built('routing/features.js').extractFeatures;
    this.labels = intentLabels();
  }

  request(row) {
    const content = [{ type: 'text', text: row.text }];
    if (row.has_image === true)
      content.push({ type: 'image', source: { kind: 'url', url: 'https://example.com/picture.png' } });
    return {
      messages: [{ role: 'user', content }],
      tools: [],
      extensions: {},
      ...(row.wants_json === true && { responseFormat: { type: 'json' } }),
    };
  }

  promptFeatures(row) {
    return this.extractFeatures(this.request(row));
  }

  /** What the model sees, with the number of the label (-1 without one). */
  sample(row) {
    const { buckets, bucketValue, dense } = this.reader.read(row.text, this.promptFeatures(row));
    return { buckets: buckets.slice(), bucketValue, dense, label: this.labels.indexOf(row.label), row };
  }

  samples(rows) {
    return rows.map((row) => this.sample(row));
  }
}
