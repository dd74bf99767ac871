import { createHash } from 'node:crypto';
import { bootstrapIntervals } from '../bootstrap.mjs';
import { asPair, cardsFor } from './model-cards.mjs';
import { randomMix, savings } from './pair-metrics.mjs';
import { predictRows } from './predictions.mjs';

const KNOBS = 60;

/**
 * Weak first, then a simulated verifier of a given AUC, then the strong model where that is expected to gain enough.
 * The verifier sees the label through normal noise: its score is N(±d/2, 1), and its evidence d × score.
 */
export function evaluateCascade(rows, { weak, strong, costs, auc, verifierShare, ...setup }) {
  const { modules } = setup;
  const cards = asPair(cardsFor([weak, strong], { modules, prices: costs.perMillion }), weak, strong);
  const predicted = predictRows(rows, [weak, strong], { ...setup, cards, namesOf: undefined }).filter(
    ({ row }) => isLabelled(row, weak, strong),
  );
  if (predicted.length === 0)
    throw new Error('a cascade needs labelled rows: the verifier is simulated from them');
  const verdict = modules.judgeCascade({
    weakCost: costs.perCall.get(weak),
    verifierCost: verifierShare * costs.perCall.get(strong),
    strongCost: costs.perCall.get(strong),
    weakQuality: mean(predicted.map(({ quality }) => quality.get(weak))),
    strongQuality: mean(predicted.map(({ quality }) => quality.get(strong))),
  });
  const distance = Math.SQRT2 * inverseNormal(auc);
  const steps = predicted.map((one) =>
    toStep(one, { weak, strong, distance, verifierShare, gainOf: modules.expectedGain }),
  );
  const thresholds = thresholdsOf(steps);
  const lines = [];
  const runs = thresholds.map((knob) =>
    steps.map((step) => {
      const isEscalated = verdict.worthwhile ? step.gain > knob : true;
      lines.push({ id: step.id, model: isEscalated ? strong : weak, knob });
      return {
        share: isEscalated ? 1 : 0,
        quality: isEscalated ? step.strongScore : step.weakScore,
        cost: verdict.worthwhile ? step.triedCost + (isEscalated ? step.strongCost : 0) : step.strongCost,
      };
    }),
  );
  return { lines, ...report(steps, runs, { weak, strong, verdict, auc, verifierShare }) };
}

/** Mean of every setting's runs, cheapest first; each prompt counted `weights[i]` times. */
function pointsOf(runs, weights) {
  return runs
    .map((prompts) => {
      let [share, quality, cost, count] = [0, 0, 0, 0];
      for (let i = 0; i < prompts.length; i += 1) {
        const weight = weights ? weights[i] : 1;
        share += weight * prompts[i].share;
        quality += weight * prompts[i].quality;
        cost += weight * prompts[i].cost;
        count += weight;
      }
      return { share: share / count, quality: quality / count, cost: cost / count };
    })
    .sort((a, b) => a.cost - b.cost);
}

function strongest(steps, weights) {
  const alone = steps.map(({ strongScore, strongCost }) => ({
    share: 1,
    quality: strongScore,
    cost: strongCost,
  }));
  return pointsOf([alone], weights)[0];
}

function report(steps, runs, { weak, strong, verdict, auc, verifierShare }) {
  const points = pointsOf(runs);
  const of = (score, cost) => ({
    quality: mean(steps.map((step) => step[score])),
    cost: mean(steps.map((step) => step[cost])),
  });
  const cheapest = of('weakScore', 'weakCost');
  const best = of('strongScore', 'strongCost');
  const curves = [
    { name: 'cascade', points },
    { name: 'random mix', points: randomMix(cheapest, best) },
  ];
  return {
    title: `${weak} first, then ${strong}: ${steps.length} prompts, verifier AUC ${auc} at ${(verifierShare * 100).toFixed(1)} % of the strong price`,
    notes: [
      verdict.worthwhile ? 'The cascade is on.' : `The cascade switches itself off: ${verdict.because}.`,
    ],
    curves,
    singles: [
      { name: 'always cheapest', ...cheapest },
      { name: 'always strongest', ...best },
    ],
    best,
    intervals: bootstrapIntervals(steps.length, (weights) =>
      savings(pointsOf(runs, weights), strongest(steps, weights)),
    ),
    summaries: curves.map(({ name, points: curve }) => ({ name, ...savings(curve, best) })),
  };
}

function toStep({ row, quality }, { weak, strong, distance, verifierShare, gainOf }) {
  const [low, high] = [row.models.get(weak), row.models.get(strong)];
  const evidence = distance * ((low.score - 0.5) * distance + normalOf(row.id));
  return {
    id: row.id,
    gain: gainOf(quality.get(weak), quality.get(strong), evidence),
    weakScore: low.score,
    strongScore: high.score,
    weakCost: low.cost ?? 0,
    strongCost: high.cost ?? 0,
    triedCost: (low.cost ?? 0) + verifierShare * (high.cost ?? 0),
  };
}

/** Gains at equal steps of how many are escalated. */
function thresholdsOf(steps) {
  const sorted = steps.map(({ gain }) => gain).sort((a, b) => a - b);
  const at = (i) => sorted[Math.min(sorted.length - 1, Math.floor((i * sorted.length) / (KNOBS - 1)))];
  return [-1, ...Array.from({ length: KNOBS - 1 }, (_, i) => at(i))].map(
    (gain) => Math.round(gain * 1e6) / 1e6,
  );
}

function isLabelled({ models }, weak, strong) {
  return models.get(weak)?.score !== undefined && models.get(strong)?.score !== undefined;
}

/** A standard normal number that depends on nothing but the row. */
function normalOf(id) {
  const bytes = createHash('sha256').update(`verifier ${id}`).digest();
  const uniform = (offset) => (bytes.readUInt32BE(offset) + 0.5) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(uniform(0))) * Math.cos(2 * Math.PI * uniform(4));
}

/** Where the standard normal distribution reaches a probability; by bisection. */
function inverseNormal(probability) {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 80; i += 1) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** By Simpson's rule; far more exact than needed here. */
function normalShareBelow(z) {
  const steps = 400;
  const width = (z + 8) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i += 1) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((-8 + i * width) ** 2) / 2);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
