/**
 * npm run eval:intent -- --data rows.jsonl [--out predictions.jsonl] [--lookalikes benign.jsonl] [--cv [--folds 10]]
 * [--leave-source-out]: labels every row with the code and the model that the gateway runs, writes {id, label, confidence}
 * per line, and where rows carry labels prints how good that is beside majority, rule book and a plain n-gram model.
 * --cv and --leave-source-out train anew without the rows they are measured on.
 */
import { readOptions } from './lib/intent/arguments.mjs';
import { productionClassifier, crossValidate, leaveSourceOut } from './lib/intent/evaluate.mjs';
import { majority, ngrams, rules } from './lib/intent/baselines.mjs';
import { printLookalikes, printScores } from './lib/intent/print.mjs';
import { RowReader, readRows } from './lib/intent/rows.mjs';
import { stratifiedFolds } from './lib/intent/folds.mjs';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { writeLines } from './lib/json-lines.mjs';
import { progressOf } from './lib/progress.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';

await onPackagedNode(async () => {
  const options = readOptions(process.argv.slice(2), {
    values: ['data', 'lookalikes', 'out', 'folds'],
    flags: ['cv', 'leave-source-out'],
  });
  if (options.data.length === 0) throw new Error('give the rows: --data FILE');
  await ensureDependencies();
  await buildWhenStale();
  const reader = new RowReader();
  const rows = options.data.flatMap(readRows);
  const lookalikes = options.lookalikes.flatMap(readRows).filter(({ label }) => label === 'benign');
  const isLabelled = rows.every(({ label }) => reader.labels.includes(label));
  const wantsTraining = options.cv || options['leave-source-out'];
  if (!isLabelled && wantsTraining)
    throw new Error('--cv and --leave-source-out need a known label on every row');
  if (!wantsTraining) evaluateModel({ reader, rows, lookalikes, isLabelled, out: options.out[0] });
  const folds = Number(options.folds[0] ?? 5);
  if (!Number.isInteger(folds) || folds < 2) throw new Error('--folds is a whole number from 2');
  if (options.cv && rows.length < 2 * folds)
    throw new Error(`--cv in ${folds} folds needs ${2 * folds} rows`);
  if (options['leave-source-out'] && new Set(rows.map(({ source }) => source)).size < 2)
    throw new Error('--leave-source-out needs rows of two sources');
  if (options.cv)
    report(`${folds}-fold cross-validation`, crossValidate({ reader, rows, lookalikes, folds }));
  if (options['leave-source-out'])
    report('each source left out of training in turn', leaveSourceOut({ reader, rows, lookalikes }));
  return 0;

  function report(title, { predictions, lookalikePredictions, baselines }) {
    printScores(title, rows, [['trained model', predictions], ...baselines]);
    printLookalikes(lookalikes, lookalikePredictions, rows, predictions);
  }
});

/** The shipped model as it is; baselines that learn do so in five folds over the same rows. */
function evaluateModel({ reader, rows, lookalikes, isLabelled, out }) {
  const classify = productionClassifier();
  const tick = progressOf('rows labelled', rows.length);
  const predictions = rows.map((row) => {
    tick();
    return classify(reader, row);
  });
  if (out !== undefined) {
    writeLines(
      out,
      rows.map(({ id }, i) => ({ id, ...predictions[i] })),
    );
  }
  if (!isLabelled) {
    console.log('Not every row has a known label, so there are no figures.');
    return;
  }
  printScores('shipped model', rows, [['shipped model', predictions], ...baselinesOf(reader, rows)]);
  const others = lookalikes.map((row) => classify(reader, row));
  printLookalikes(lookalikes, others, rows, predictions);
}

function baselinesOf(reader, rows) {
  const samples = reader.samples(rows);
  const byNgrams = [];
  for (const fold of stratifiedFolds(
    rows.map(({ label }) => label),
    5,
  )) {
    const out = new Set(fold);
    const say = ngrams(
      reader,
      samples.filter((_, i) => !out.has(i)),
    );
    for (const i of fold) byNgrams[i] = say(rows[i]);
  }
  return [
    ['majority', rows.map(majority(rows))],
    ['rules only', rows.map(rules(reader))],
    ['n-grams (5 folds)', byNgrams],
  ];
}
