import { createHash } from 'node:crypto';

const FOLDS = 5;
const NO_INTENT = { label: 'chat_lite', confidence: 0, method: 'off', use: 'ignored' };

/**
 * How the production predictor judges each row: `{ row, fold, names, features, intent, quality: Map }`. Trained on `trainRows`,
 * by cross-validation (`cv`: five folds, the same question always in one), from a router artefact, or with the built-in weights.
 */
export function predictRows(rows, names, { modules, cards, cv, trainRows, artefact }) {
  const predictorOf = predictors(rows, { modules, cv, trainRows, artefact });
  return rows.map((row) => {
    const fold = foldOf(row.prompt);
    const features = modules.extractFeatures({
      model: 'auto',
      messages: [{ role: 'user', content: [{ type: 'text', text: row.prompt }] }],
    });
    const asked = names.filter((name) => row.models.size === 0 || row.models.has(name));
    const predicted = predictorOf(fold).predict(
      { text: row.prompt, features, intent: NO_INTENT },
      asked.map((name) => cards.get(name)),
    );
    return {
      row,
      fold,
      names: asked,
      features,
      intent: NO_INTENT,
      quality: new Map(asked.map((name, i) => [name, predicted[i]])),
    };
  });
}

function predictors(rows, { modules, cv, trainRows, artefact }) {
  const { builtInRouter, parseRouterArtefact, WeightedPredictor } = modules;
  const of = (parsed) => new WeightedPredictor(parsed.fingerprint, parsed.weights);
  if (artefact) {
    const one = of(parseRouterArtefact(artefact));
    return () => one;
  }
  if (!cv && !trainRows) {
    const one = of(builtInRouter());
    return () => one;
  }
  if (!cv) {
    const one = of(train(trainRows, modules, builtInRouter().weights));
    return () => one;
  }
  // Never start from the built-in weights here: they may have been trained on these very rows.
  const byFold = new Map();
  return (fold) => {
    if (!byFold.has(fold)) {
      console.log(`fold ${byFold.size + 1} of ${FOLDS}: training`);
      byFold.set(
        fold,
        of(
          train(
            rows.filter(({ prompt }) => foldOf(prompt) !== fold),
            modules,
            undefined,
          ),
        ),
      );
    }
    return byFold.get(fold);
  };
}

/** Through the artefact, so that what is measured is what would be loaded. */
function train(rows, modules, start) {
  const trained = modules.toTrainingRows(rows);
  const weights = modules.trainRouter(trained, start);
  return modules.parseRouterArtefact(
    JSON.stringify(modules.toRouterArtefact(weights, { rows: trained.length, sources: [] })),
  );
}

/** The same question, with or without options, in whatever case, is in one fold. */
function foldOf(prompt) {
  const question = prompt
    .split(/\nA[.)]/)[0]
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
  return createHash('sha1').update(question).digest().readUInt32BE(0) % FOLDS;
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
