/**
 * Trains the linear intent model. `trainBase` starts from nothing on many rows; `adapt` moves a base a little towards
 * the rows at hand and stays near it where they say nothing. Seeded: the same rows give the same model.
 */
import { seededRandom } from '../seeded-random.mjs';
import { built } from './rows.mjs';

const LABELS = 7;
const SAFETY = 6;
const BASE_EPOCHS = 6;
const BASE_BATCH = 64;
const BASE_RATE = 0.02;
/** Pull towards zero. */
const BASE_DECAY = 2e-5;
const ADAPT_STEPS = 60;
const ADAPT_RATE = 0.02;
/** Pull towards the base. */
const ADAPT_ANCHOR = 1e-3;
/** Weight of a look-alike, which only says what it is not, against a labelled row. */
const LOOKALIKE_WEIGHT = 1;
/** Weight of all rehearsed rows together against all labelled rows. */
const REHEARSAL_WEIGHT = 1;

export function emptyWeights(denseFeatures) {
  const { BUCKETS } = built('routing/intent/word-ngrams.js');
  return {
    buckets: new Float32Array(BUCKETS * LABELS),
    dense: new Float32Array(denseFeatures * LABELS),
    bias: new Float32Array(LABELS),
  };
}

/** Steps over small batches, from zero. */
export function trainBase(samples, onEpoch = () => {}) {
  const weights = emptyWeights(samples[0].dense.length);
  const optimizer = new Adam(weights, copyOf(weights), BASE_DECAY);
  const importance = classImportance(samples);
  const order = samples.map((_, i) => i);
  const random = seededRandom(7);
  for (let epoch = 1; epoch <= BASE_EPOCHS; epoch++) {
    shuffle(order, random);
    const rate = BASE_RATE * (1 - (epoch - 1) / BASE_EPOCHS);
    let loss = 0;
    for (let from = 0; from < order.length; from += BASE_BATCH) {
      const batch = order.slice(from, from + BASE_BATCH);
      for (const i of batch) loss += addRow(optimizer, samples[i], importance, batch.length);
      optimizer.step(rate);
    }
    onEpoch(epoch, BASE_EPOCHS, loss / samples.length);
  }
  return weights;
}

/**
 * Steps over all rows from `base`; `lookalikes` are samples that are not safety_risk, whatever else they are, and `rehearsal`
 * keeps what the base knows about danger from being unlearned: few rows of few sources tell a source's style from danger badly.
 */
export function adapt(base, samples, { lookalikes = [], rehearsal = [] } = {}) {
  const weights = copyOf(base);
  const optimizer = new Adam(weights, base, ADAPT_ANCHOR);
  const importance = classImportance(samples);
  const rows = samples.length + lookalikes.length;
  const share = (REHEARSAL_WEIGHT * samples.length) / Math.max(rehearsal.length, 1);
  const evenly = new Array(LABELS).fill(share);
  for (let step = 1; step <= ADAPT_STEPS; step++) {
    for (const sample of samples) addRow(optimizer, sample, importance, rows);
    for (const sample of rehearsal) addRow(optimizer, sample, evenly, rows);
    for (const sample of lookalikes) {
      const shares = sharesOf(weights, sample);
      optimizer.add(sample, notSafetyGradient(shares), rows);
    }
    optimizer.step(ADAPT_RATE * (1 - (step - 1) / ADAPT_STEPS) + 1e-5);
  }
  return weights;
}

/** Adds what a labelled row says; answers how badly it was predicted. */
function addRow(optimizer, sample, importance, rows) {
  const gradient = sharesOf(optimizer.weights, sample);
  const loss = -Math.log(Math.max(gradient[sample.label], 1e-9));
  gradient[sample.label] -= 1;
  for (let k = 0; k < LABELS; k++) gradient[k] *= importance[sample.label];
  optimizer.add(sample, gradient, rows);
  return loss;
}

function sharesOf(weights, sample) {
  return toShares(built('routing/intent/intent-model.js').pointsOf(weights, sample));
}

/** Gradient of -log(1 - share of safety_risk) by the points. */
function notSafetyGradient(shares) {
  const risk = shares[SAFETY];
  const factor = (LOOKALIKE_WEIGHT * risk) / Math.max(1 - risk, 1e-4);
  return shares.map((share, k) => (k === SAFETY ? LOOKALIKE_WEIGHT * risk : -factor * share));
}

/** Gradient descent with a rate per weight and a pull towards an anchor. */
class Adam {
  constructor(weights, anchor, pull) {
    this.weights = weights;
    this.anchor = anchor;
    this.pull = pull;
    this.gradient = zerosLike(weights);
    this.first = zerosLike(weights);
    this.second = zerosLike(weights);
    this.steps = 0;
  }

  /** Adds the gradient of one of `rows` samples, given by its points. */
  add({ buckets, bucketValue, dense }, gradient, rows) {
    const { gradient: sum } = this;
    for (const bucket of buckets)
      for (let k = 0; k < LABELS; k++) sum.buckets[bucket * LABELS + k] += (gradient[k] * bucketValue) / rows;
    for (let i = 0; i < dense.length; i++) {
      if (dense[i] === 0) continue;
      for (let k = 0; k < LABELS; k++) sum.dense[i * LABELS + k] += (gradient[k] * dense[i]) / rows;
    }
    for (let k = 0; k < LABELS; k++) sum.bias[k] += gradient[k] / rows;
  }

  step(rate) {
    this.steps++;
    const firstScale = 1 / (1 - 0.9 ** this.steps);
    const secondScale = 1 / (1 - 0.999 ** this.steps);
    for (const part of Object.keys(this.weights)) {
      const [w, b, g] = [this.weights[part], this.anchor[part], this.gradient[part]];
      const [m, v] = [this.first[part], this.second[part]];
      for (let i = 0; i < w.length; i++) {
        const slope = g[i] + 2 * this.pull * (w[i] - b[i]);
        // A weight that no row has touched yet stays where it is.
        if (slope === 0 && m[i] === 0) continue;
        m[i] = 0.9 * m[i] + 0.1 * slope;
        v[i] = 0.999 * v[i] + 0.001 * slope * slope;
        w[i] -= (rate * m[i] * firstScale) / (Math.sqrt(v[i] * secondScale) + 1e-8);
      }
      g.fill(0);
    }
  }
}

/** Rare labels count more, by the root of how rare they are. */
function classImportance(samples) {
  const counts = new Array(LABELS).fill(0);
  for (const { label } of samples) counts[label]++;
  return counts.map((count) => Math.sqrt(samples.length / LABELS / Math.max(count, 1)));
}

export function toShares(points) {
  const highest = Math.max(...points);
  let total = 0;
  for (let k = 0; k < LABELS; k++) total += points[k] = Math.exp(points[k] - highest);
  for (let k = 0; k < LABELS; k++) points[k] /= total;
  return points;
}

const mapParts = (weights, map) =>
  Object.fromEntries(Object.entries(weights).map(([part, values]) => [part, map(values)]));
const copyOf = (weights) => mapParts(weights, (values) => values.slice());
const zerosLike = (weights) => mapParts(weights, (values) => new Float32Array(values.length));

export function shuffle(list, random) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}
