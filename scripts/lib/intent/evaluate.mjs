/** Labels rows with the production code, or with models trained anew for every part that is left out. */
import { majority, ngrams, rules } from './baselines.mjs';
import { readBase, readRehearsal } from './base-model.mjs';
import { trainCalibrated } from './calibrate.mjs';
import { stratifiedFolds } from './folds.mjs';
import { built } from './rows.mjs';

/** The classifier as the gateway builds it, from default settings. */
export function productionClassifier() {
  const { loadConfig } = built('platform/config/load-config.js');
  const { RoutingConfig } = built('routing/routing.config.js');
  const { IntentClassifier } = built('routing/intent/intent-classifier.js');
  const { StaticEmbedder } = built('platform/embedding/static/static-embedder.js');
  const classifier = new IntentClassifier(
    loadConfig([RoutingConfig], {}).get(RoutingConfig),
    new StaticEmbedder(),
  );
  return (reader, row) => {
    const request = reader.request(row);
    const { label, confidence } = classifier.classify(request, reader.promptFeatures(row));
    return { label, confidence };
  };
}

export function crossValidate({ reader, rows, lookalikes, folds }) {
  const own = stratifiedFolds(
    rows.map(({ label }) => label),
    folds,
  );
  const other = stratifiedFolds(
    lookalikes.map(({ source }) => source),
    folds,
  );
  const parts = own.map((fold, i) => ({ name: `fold ${i + 1}`, rows: fold, lookalikes: other[i] ?? [] }));
  return heldOut({ reader, rows, lookalikes, parts });
}

export function leaveSourceOut({ reader, rows, lookalikes }) {
  const sources = [...new Set([...rows, ...lookalikes].map(({ source }) => source))];
  const positions = (list, source) => list.flatMap((row, i) => (row.source === source ? [i] : []));
  const parts = sources.map((source) => ({
    name: source,
    rows: positions(rows, source),
    lookalikes: positions(lookalikes, source),
  }));
  return heldOut({ reader, rows, lookalikes, parts });
}

/** For every part: train without it, label it. */
function heldOut({ reader, rows, lookalikes, parts }) {
  const { IntentModel } = built('routing/intent/intent-model.js');
  const base = readBase(reader.embedder.version);
  const samples = reader.samples(rows);
  const others = reader.samples(lookalikes);
  const rehearsal = readRehearsal(reader);
  const found = { predictions: [], lookalikePredictions: [], majority: [], ngrams: [] };
  parts.forEach((part, i) => {
    const isOut = new Set(part.rows);
    const isOther = new Set(part.lookalikes);
    const training = samples.filter((_, position) => !isOut.has(position));
    const trained = trainCalibrated(base, training, {
      lookalikes: others.filter((_, position) => !isOther.has(position)),
      rehearsal,
    });
    const model = new IntentModel({ ...trained, labels: reader.labels }, trained.weights);
    const byMajority = majority(training.map(({ row }) => row));
    const byNgrams = part.rows.length > 0 ? ngrams(reader, training) : undefined;
    for (const position of part.rows) {
      found.predictions[position] = model.guess(samples[position]);
      found.majority[position] = byMajority();
      found.ngrams[position] = byNgrams(rows[position]);
    }
    for (const position of part.lookalikes)
      found.lookalikePredictions[position] = model.guess(others[position]);
    process.stdout.write(`\r${i + 1} of ${parts.length} trained (${part.name})`.padEnd(70));
  });
  process.stdout.write('\r'.padEnd(71) + '\r');
  const { predictions, lookalikePredictions } = found;
  const baselines = [
    ['majority', found.majority],
    ['rules only', rows.map(rules(reader))],
    ['n-grams', found.ngrams],
  ];
  return { predictions, lookalikePredictions, baselines };
}
