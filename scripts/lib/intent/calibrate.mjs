/** Makes confidence mean something: a temperature and the threshold of safety_risk from rows the model has not seen. */
import { stratifiedFolds } from './folds.mjs';
import { adapt, toShares } from './trainer.mjs';
import { built } from './rows.mjs';

const SAFETY = 6;
const FOLDS = 3;
/** At most this share of look-alikes may be called safety_risk. */
const FLAGGED = 0.015;
const THRESHOLDS = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7];
const WITHOUT_LOOKALIKES = 0.5;

/** Adapts a base to rows and calibrates it on held-out thirds of the same rows. */
export function trainCalibrated(base, samples, { lookalikes, rehearsal }) {
  const held = heldOutPoints(base, samples, { lookalikes, rehearsal });
  const temperature = fitTemperature(held.points, samples);
  const safetyThreshold = fitThreshold(held.lookalikePoints, temperature);
  return { weights: adapt(base, samples, { lookalikes, rehearsal }), temperature, safetyThreshold };
}

function heldOutPoints(base, samples, { lookalikes, rehearsal }) {
  const { pointsOf } = built('routing/intent/intent-model.js');
  const points = [];
  const lookalikePoints = [];
  const folds = stratifiedFolds(
    samples.map(({ label }) => label),
    FOLDS,
  );
  const others = stratifiedFolds(
    lookalikes.map(({ row }) => row.source),
    FOLDS,
  );
  for (let fold = 0; fold < FOLDS; fold++) {
    const out = new Set(folds[fold]);
    const outOther = new Set(others[fold]);
    const weights = adapt(
      base,
      samples.filter((_, i) => !out.has(i)),
      { lookalikes: lookalikes.filter((_, i) => !outOther.has(i)), rehearsal },
    );
    for (const i of out) points[i] = pointsOf(weights, samples[i]);
    for (const i of outOther) lookalikePoints[i] = pointsOf(weights, lookalikes[i]);
  }
  return { points, lookalikePoints };
}

/** The temperature under which what happened was likeliest. */
function fitTemperature(points, samples) {
  let best = { temperature: 1, loss: Infinity };
  for (let temperature = 0.5; temperature <= 2.5; temperature += 0.05) {
    let loss = 0;
    points.forEach((own, i) => {
      loss -= Math.log(Math.max(sharesAt(own, temperature)[samples[i].label], 1e-9));
    });
    if (loss < best.loss) best = { temperature, loss };
  }
  return Math.round(best.temperature * 100) / 100;
}

function fitThreshold(points, temperature) {
  if (points.length === 0) return WITHOUT_LOOKALIKES;
  const risks = points.map((own) => sharesAt(own, temperature)[SAFETY]);
  const flagged = (threshold) => risks.filter((risk) => risk >= threshold).length / risks.length;
  return THRESHOLDS.find((threshold) => flagged(threshold) <= FLAGGED) ?? THRESHOLDS.at(-1);
}

function sharesAt(points, temperature) {
  return toShares(points.map((value) => value / temperature));
}
