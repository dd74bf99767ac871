import { createHash } from 'node:crypto';
import { progressOf } from '../progress.mjs';

const FOLDS = 5;
const NO_INTENT = { label: 'chat_lite', confidence: 0, method: 'off', use: 'ignored' };

/**
 * How the production predictor judges each row: `{ row, fold, names, features, intent, quality: Map }`. `training` says where its
 * weights come from: an artefact, training rows, left-out parts of the file itself, or, with none of these, the build.
 */
export function predictRows(rows, names, { modules, cards, training, namesOf = () => names }) {
  const predictorOf = predictors({ modules, training });
  const tick = progressOf('prompts judged', rows.length);
  return rows.map((row) => {
    tick();
    const fold = training.partOf?.(row);
    const features = modules.extractFeatures({
      model: 'auto',
      messages: [{ role: 'user', content: [{ type: 'text', text: row.prompt }] }],
    });
    const asked = row.models.size === 0 ? namesOf(row) : names.filter((name) => row.models.has(name));
    const predicted = predictorOf(fold).predict(
      { text: row.prompt, features, intent: NO_INTENT },
      asked.map((name) => cards.get(name)),
    );
    const quality = new Map(asked.map((name, i) => [name, predicted[i]]));
    return { row, fold, names: asked, features, intent: NO_INTENT, quality };
  });
}

function predictors({ modules, training: { artefact, trainRows, pool, partOf, isRelated, recipe } }) {
  const { builtInRouter, parseRouterArtefact, WeightedPredictor } = modules;
  const of = (parsed) => new WeightedPredictor(parsed.fingerprint, parsed.weights);
  const learn = { trained: modules.trainRouter, 'built-in': modules.trainBuiltIn }[recipe ?? 'trained'];
  if (!partOf) {
    const parsed = trainRows
      ? train(trainRows, modules, (rows) => learn(rows, builtInRouter().weights))
      : artefact
        ? parseRouterArtefact(artefact)
        : builtInRouter();
    const one = of(parsed);
    return () => one;
  }
  // Never start from the built-in weights here: they may have been trained on these very rows.
  const byPart = new Map();
  return (part) => {
    if (!byPart.has(part)) {
      console.log(`training without ${part}`);
      byPart.set(
        part,
        of(
          train(
            pool.filter((row) => !isRelated(row, part)),
            modules,
            (rows) => learn(rows),
          ),
        ),
      );
    }
    return byPart.get(part);
  };
}

/** Through the artefact, so that what is measured is what would be loaded. */
function train(rows, modules, learn) {
  const trained = modules.toTrainingRows(rows);
  const weights = learn(trained);
  return modules.parseRouterArtefact(
    JSON.stringify(modules.toRouterArtefact(weights, { rows: trained.length, sources: [] })),
  );
}

/** Five folds; the same question, with or without options, in whatever case, is in one of them. Another `split` is another choice of folds. */
export function foldOf({ prompt }, split = 0) {
  const question = prompt
    .split(/\nA[.)]/)[0]
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
  return `fold ${
    createHash('sha1')
      .update(split === 0 ? question : `${split} ${question}`)
      .digest()
      .readUInt32BE(0) % FOLDS
  }`;
}

/** The task without its parts and its source: `mmlu/virology` of any source is `mmlu`. */
export function taskOf({ task }) {
  return task.split('/')[0];
}

/** Scores of different folds come from different routers: replaced by the rank within the fold. */
export function ranksWithinFolds(scores, folds) {
  const ranks = new Array(scores.length);
  for (const fold of new Set(folds)) {
    const members = scores
      .flatMap((_, i) => (folds[i] === fold ? [i] : []))
      .sort((a, b) => scores[a] - scores[b]);
    members.forEach((member, position) => {
      ranks[member] = (position + 0.5) / members.length;
    });
  }
  return ranks;
}
