/**
 * npm run eval:routing -- --mode pair --weak A --strong B --data rows.jsonl --out predictions.jsonl
 *                      -- --mode pool …   -- --mode cascade --weak A --strong B [--verifier-auc 0.8] [--verifier-share 0.02] …
 * Common: [--source prefix] [--train rows.jsonl | --router router.json | --cv | --unseen] [--recipe trained|built-in] [--plot file.svg]
 * With --cv also [--repeat n]: n choices of folds, their mean and deviation.
 * Runs the product's predictor (and for a pool its hybrid engine) over JSON lines `{id, prompt, source?, task?,
 * models?: {name: {score?, cost?}}}`, writes one line per prediction and, where there are scores, prints figures beside the baselines.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';
import { routingModules } from './lib/routing/built-modules.mjs';
import { evaluateCascade } from './lib/routing/evaluate-cascade.mjs';
import { evaluatePair } from './lib/routing/evaluate-pair.mjs';
import { evaluatePool } from './lib/routing/evaluate-pool.mjs';
import { costsOf } from './lib/routing/model-cards.mjs';
import { numberBetween, readOptions, required } from './lib/routing/options.mjs';
import { foldOf, taskOf } from './lib/routing/predictions.mjs';
import { qualityChart } from './lib/routing/quality-chart.mjs';
import { readInput, writeLines } from './lib/json-lines.mjs';
import { tableLines } from './lib/table.mjs';

const known = {
  values: [
    'mode',
    'weak',
    'strong',
    'source',
    'train',
    'router',
    'data',
    'out',
    'plot',
    'verifier-auc',
    'verifier-share',
    'recipe',
    'repeat',
  ],
  flags: ['cv', 'unseen'],
};

await onPackagedNode(async () => {
  const options = readOptions(process.argv.slice(2), known);
  const mode = required(options, 'mode');
  const evaluate = { pair: evaluatePair, pool: evaluatePool, cascade: evaluateCascade }[mode];
  if (!evaluate) throw new Error('--mode is pair, pool or cascade');
  await ensureDependencies();
  await buildWhenStale();
  const modules = routingModules();
  const pair =
    mode === 'pool' ? {} : { weak: required(options, 'weak'), strong: required(options, 'strong') };
  if (pair.weak !== undefined && pair.weak === pair.strong)
    throw new Error('--weak and --strong name the same model');
  if (!['trained', 'built-in', undefined].includes(options.recipe))
    throw new Error(`--recipe is trained or built-in, not ${options.recipe}`);
  const read = (path) => {
    const text = readInput(path);
    try {
      return modules.readLabelledRows(text);
    } catch (error) {
      throw new Error(`${path}, ${error.message}`, { cause: error });
    }
  };
  const all = read(required(options, 'data'));
  const rows = ofSource(all, options.source).filter(({ models }) => answers(models, pair));
  if (rows.length === 0) throw new Error(noRowFits(all, options));
  const trainRows = options.train === undefined ? undefined : read(options.train);
  if (trainRows?.every(isUnscored)) throw new Error(`${options.train} has no row with a score to learn from`);
  const names = namesOf([...rows, ...(trainRows ?? [])], rows);
  if (mode === 'pool' && names.length === 0)
    throw new Error('no model to choose from: neither --data nor --train names models');
  const costs = costsOf(rows, trainRows ?? []);
  console.log(`${rows.length} prompts; ${weightsNote(options)}.`);
  const repeat = numberBetween(options, 'repeat', { from: 1, to: 50, otherwise: 1 });
  if (repeat > 1 && !options.cv) throw new Error('--repeat goes with --cv: it chooses other folds each time');
  const evaluateSplit = (split) =>
    evaluate(rows, {
      ...pair,
      names,
      namesOf: namesBySource(trainRows ?? [], names),
      costs,
      modules,
      training: {
        trainRows,
        recipe: options.recipe,
        artefact: options.router && readInput(options.router),
        ...leftOut(options, all, split),
      },
      auc: numberBetween(options, 'verifier-auc', { from: 0.5, to: 0.999, otherwise: 0.8 }),
      verifierShare: numberBetween(options, 'verifier-share', { from: 0, to: 1, otherwise: 0.02 }),
    });
  const result = evaluateSplit(0);
  if (options.out) writeLines(options.out, result.lines);
  if (result.curves) print(result);
  if (result.curves && repeat > 1) {
    const others = Array.from({ length: repeat - 1 }, (_, i) => evaluateSplit(i + 1).summaries[0]);
    printRepeats([result.summaries[0], ...others]);
  }
  if (result.curves && options.plot) write(options.plot, qualityChart(result.title, result));
  return 0;
});

/** With --cv each fifth of the questions is left out in turn, with --unseen each task, in all sources; the rest of the file trains, other sources included. */
function leftOut({ cv, unseen }, all, split) {
  if (unseen) return { pool: all, partOf: taskOf, isRelated: (row, task) => taskOf(row) === task };
  const partOf = (row) => foldOf(row, split);
  return cv ? { pool: all, partOf, isRelated: (row, fold) => partOf(row) === fold } : {};
}

function ofSource(rows, prefix) {
  return prefix === undefined
    ? rows
    : rows.filter(({ source, task }) => `${source}/${task}`.startsWith(prefix));
}

/** What the data has instead of what was asked for. */
function noRowFits(all, { source, weak, strong }) {
  const list = (values) => [...new Set(values)].sort().slice(0, 30).join(', ') || 'none';
  if (all.length === 0) return 'the data has no row';
  const sources = ofSource(all, source);
  if (sources.length === 0)
    return `no row is of --source ${source}; there are: ${list(all.map((row) => row.source))}`;
  return `no row has answers of both ${weak} and ${strong}; models there: ${list(sources.flatMap(({ models }) => [...models.keys()]))}`;
}

function answers(models, { weak, strong }) {
  return weak === undefined || models.size === 0 || (models.has(weak) && models.has(strong));
}

/** The models of the data; of the training rows when the data names none. */
function namesOf(all, rows) {
  const source = rows.some(({ models }) => models.size > 0) ? rows : all;
  return [...new Set(source.flatMap(({ models }) => [...models.keys()]))];
}

function isUnscored({ models }) {
  return [...models.values()].every(({ score }) => score === undefined);
}

/** Which models a row without any may be sent to: those that trained on its source, or all when none did. */
function namesBySource(trainRows, names) {
  const bySource = new Map();
  for (const { source, models } of trainRows) {
    const known = bySource.get(source) ?? new Set();
    for (const name of models.keys()) known.add(name);
    bySource.set(source, known);
  }
  return ({ source }) => {
    const known = bySource.get(source);
    return known ? names.filter((name) => known.has(name)) : names;
  };
}

function weightsNote({ train, router, cv, unseen, recipe = 'trained' }) {
  if (unseen) return `${recipe} weights, each task judged by weights that never saw it`;
  if (cv) return `${recipe} weights, cross-validated in five folds, the same question always in one`;
  if (train !== undefined) return `trained on ${train}`;
  return router === undefined ? 'built-in weights, nothing trained for these models' : `router ${router}`;
}

function print({ title, notes = [], summaries, singles, best, intervals }) {
  const number = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');
  const rows = summaries.map(({ name, apgr, cpt50, cpt80, at100, at98, at95 }) => [
    name,
    number(apgr, 4),
    number(cpt50, 1),
    number(cpt80, 1),
    number(at100, 1),
    number(at98, 1),
    number(at95, 1),
  ]);
  const within = (key, digits) => intervals[key]?.map((value) => value.toFixed(digits)).join(' to ') ?? '-';
  rows.splice(1, 0, [
    '  95 % interval, over the prompts',
    within('apgr', 3),
    ...['cpt50', 'cpt80', 'at100', 'at98', 'at95'].map((key) => within(key, 1)),
  ]);
  const head = ['', 'APGR', 'CPT(50) %', 'CPT(80) %', 'saved % at 100 %', 'at 98 %', 'at 95 % quality'];
  console.log(`\n${title}\n`);
  for (const note of notes) console.log(`${note}\n`);
  console.log(tableLines([head, ...rows]).join('\n'));
  const single = singles.map(({ name, quality, cost }) => [
    name,
    number(quality, 4),
    (cost * 1000).toFixed(4),
    number(100 * (1 - cost / best.cost), 1),
  ]);
  console.log(`\n${tableLines([['', 'quality', 'USD per 1,000', 'saved %'], ...single]).join('\n')}`);
}

/** Mean and standard deviation over several choices of folds, so that no figure hangs on a lucky one. */
function printRepeats(summaries) {
  const rows = [
    ['apgr', 'APGR', 4],
    ['cpt50', 'CPT(50) %', 1],
    ['cpt80', 'CPT(80) %', 1],
    ['at98', 'saved % at 98 %', 1],
    ['at95', 'saved % at 95 %', 1],
  ].flatMap(([key, name, digits]) => {
    const values = summaries.map((summary) => summary[key]).filter(Number.isFinite);
    if (values.length < summaries.length) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
    );
    const ends = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
    return [[name, mean.toFixed(digits), spread.toFixed(digits), ...ends]];
  });
  console.log(`\nRouter over ${summaries.length} choices of folds\n`);
  console.log(tableLines([['', 'mean', 'deviation', 'lowest', 'highest'], ...rows]).join('\n'));
}

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  console.log(`written: ${path}`);
}
