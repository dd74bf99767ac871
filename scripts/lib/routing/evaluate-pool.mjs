import { bootstrapIntervals } from '../bootstrap.mjs';
import { progressOf } from '../progress.mjs';
import { cardsFor } from './model-cards.mjs';
import { savings } from './pair-metrics.mjs';
import { predictRows } from './predictions.mjs';

const KNOBS = 250;
/** Weight of price against quality, at the ends. */
const LEAST_RATIO = 0.005;
const MOST_RATIO = 50;
const NANO = 1e9;

/** All models of the file: the hybrid engine chooses, once per setting of how much price counts. */
export function evaluatePool(rows, { names, costs, ...setup }) {
  const { modules } = setup;
  const cards = cardsFor(names, { modules, prices: costs.perMillion });
  const predicted = predictRows(rows, names, { ...setup, cards });
  const engine = new modules.HybridStrategy();
  const lines = [];
  const tick = progressOf('settings of the price', KNOBS);
  for (let step = 0; step < KNOBS; step += 1) {
    const price = priceShare(step);
    const profile = { ...modules.DEFAULT_PROFILE, objectives: objectivesAt(price) };
    for (const one of predicted)
      lines.push({
        id: one.row.id,
        model: choose(engine, one, { cards, costs, profile }),
        knob: round(price),
      });
    tick();
  }
  const labelled = rows.filter(({ models }) => [...models.values()].some(({ score }) => score !== undefined));
  if (labelled.length === 0) return { lines };
  return { lines, ...report(labelled, names, lines) };
}

/** From quality alone to nearly price alone, in equal factors of the price against the quality between. */
function priceShare(step) {
  if (step === 0) return 0;
  const ratio = LEAST_RATIO * (MOST_RATIO / LEAST_RATIO) ** ((step - 1) / (KNOBS - 2));
  return ratio / (1 + ratio);
}

function objectivesAt(price) {
  const shares = { quality: 1 - price, price, speed: 0 };
  return { cost_optimized: shares, balanced: shares, quality_focused: shares, speed: shares };
}

function choose(engine, { names, quality, features, intent }, { cards, costs, profile }) {
  const candidates = names.map((name) => ({
    card: cards.get(name),
    region: 'global',
    halfOpen: false,
    healthPercent: 100,
    latencyMs: undefined,
    expectedCost: BigInt(Math.round((costs.perCall.get(name) ?? 0) * NANO)),
    cacheSaving: 0n,
    quality: Math.round(quality.get(name) * 1000) / 1000,
  }));
  const plan = engine.plan({
    features,
    intent,
    objective: 'balanced',
    engine: engine.name,
    candidates,
    profile,
    explorationPermille: 0,
    seed: 0,
    expectedOutputTokens: 300,
    configVersion: 'evaluation',
  });
  return names[candidates.indexOf(plan.steps[0])];
}

function report(rows, names, lines) {
  const singles = names
    .map((name) => ({ name, ...meanOf(rows.map(({ models }) => models.get(name))) }))
    .sort((a, b) => b.quality - a.quality);
  const best = singles[0];
  const cheapest = singles.reduce((a, b) => (b.cost < a.cost ? b : a));
  const byKnob = Map.groupBy(lines, ({ knob }) => knob);
  const choices = [...byKnob.values()].map((chosen) => new Map(chosen.map(({ id, model }) => [id, model])));
  const answers = choices.map((models) => rows.map((row) => row.models.get(models.get(row.id))));
  const points = answers.map((answered) => meanOf(answered)).sort((a, b) => a.cost - b.cost);
  const bestAnswers = rows.map(({ models }) => models.get(best.name));
  const curves = [
    { name: 'router', points },
    { name: 'random mix of cheapest and best', points: [cheapest, best] },
    { name: 'best fixed split (knows the answers)', points: hull(singles) },
  ];
  return {
    title: `${names.length} models, ${rows.length} prompts; best single model ${best.name}`,
    curves,
    singles: [
      { ...cheapest, name: `always cheapest (${cheapest.name})` },
      { ...best, name: `always best (${best.name})` },
    ],
    best,
    intervals: bootstrapIntervals(rows.length, (weights) =>
      settingsSavings(
        answers.map((answered) => meanOf(answered, weights)).sort((a, b) => a.cost - b.cost),
        meanOf(bestAnswers, weights),
      ),
    ),
    summaries: curves.map(({ name, points: curve }) => ({
      name,
      // A router has the settings that were tried and nothing between them; mixes have every share.
      ...(name === 'router' ? settingsSavings(curve, best) : savings(curve, best)),
    })),
  };
}

function settingsSavings(points, best) {
  const at = (share) => {
    const enough = points.find(({ quality }) => quality >= share * best.quality);
    return enough && 100 * (1 - enough.cost / best.cost);
  };
  return { at100: at(1), at98: at(0.98), at95: at(0.95) };
}

/** Mean quality and cost of answers, each counted `weights[i]` times; what was not answered is worth nothing. */
function meanOf(answers, weights) {
  let [quality, cost, count] = [0, 0, 0];
  for (let i = 0; i < answers.length; i += 1) {
    const weight = weights ? weights[i] : 1;
    quality += weight * (answers[i]?.score ?? 0);
    cost += weight * (answers[i]?.cost ?? 0);
    count += weight;
  }
  return { quality: quality / count, cost: cost / count };
}

/** The best that any fixed random mix of single models can do: upper hull over cost. */
function hull(singles) {
  const points = [];
  for (const point of [...singles].sort((a, b) => a.cost - b.cost || b.quality - a.quality)) {
    if (points.length > 0 && point.quality <= points.at(-1).quality) continue;
    while (points.length > 1 && slope(points.at(-2), point) >= slope(points.at(-2), points.at(-1)))
      points.pop();
    points.push(point);
  }
  return points;
}

function slope(from, to) {
  return (to.quality - from.quality) / Math.max(to.cost - from.cost, 1e-18);
}

function round(value) {
  return Math.round(value * 1e6) / 1e6;
}
