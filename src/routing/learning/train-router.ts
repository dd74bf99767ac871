import { evaluateHead, type LinearHead } from '../quality/linear-head';
import type { PromptVector } from '../quality/prompt-vector';
import type { ModelWeights, RouterWeights } from '../quality/router-weights';
import { fitGain } from './fit-gain';
import { fitModelEffects, type ModelEffects } from './model-effects';
import { fitRidge } from './ridge-regression';
import { trainFamilies, type Remainder } from './train-families';
import type { TrainingRow } from './training-row';

const LEVEL_PENALTY = 30;
const GAIN_PENALTY = 100;
/** Penalty of what is learned about one model over all prompts; strong, because families refine it. */
const MODEL_PENALTY = 300;
/** With fewer prompts that several models answered, the gain of the built-in router is kept. */
const ENOUGH_COMPARISONS = 500;

/** What a training may lean on. */
export interface TrainingStart {
  /** Gain head of a router that knows more prompts; used while there are few comparisons. */
  readonly gain: LinearHead;
  readonly averagePrior: number;
}

/**
 * Learns a router from prompts and outcomes: first how easy a prompt is, then how much good models help, then what each
 * model does differently, then what each family of prompts does. Every step explains what the one before left over, so
 * little data means little change. Deterministic.
 */
export function trainRouter(rows: readonly TrainingRow[], start?: TrainingStart): RouterWeights {
  const vectors = rows.map(({ vector }) => vector);
  const effects = fitModelEffects(rows);
  const level = fitRidge({ vectors, targets: effects.rowLevels }, { penalty: LEVEL_PENALTY });
  const gain = gainOf(rows, start);
  const gains = Float64Array.from(vectors, (vector) => evaluateHead(gain, vector));
  const models = new Map<string, ModelWeights>();
  const remainders = new Map<string, Remainder>();
  for (const [name, base] of effects.bases) {
    const left = deviationsOf(name, rows, { effects, gains, level });
    const head = fitRidge(left, { penalty: MODEL_PENALTY });
    models.set(name, { base, head });
    const targets = left.targets.map((target, i) => target - evaluateHead(head, left.vectors[i] ?? NOTHING));
    remainders.set(name, { rows: left.rows, vectors: left.vectors, targets });
  }
  const families = trainFamilies(rows, remainders, rowRemainder(vectors, level, effects));
  return { level, gain, averagePrior: start?.averagePrior ?? DEFAULT_AVERAGE_PRIOR, models, families };
}

/** Catalogue quality of an average model when nothing better is known. */
export const DEFAULT_AVERAGE_PRIOR = 0.75;

const NOTHING: PromptVector = { places: new Int32Array(), values: new Float32Array() };

function gainOf(rows: readonly TrainingRow[], start: TrainingStart | undefined): LinearHead {
  const comparisons = rows.filter(({ outcomes }) => outcomes.size > 1);
  if (comparisons.length < ENOUGH_COMPARISONS) return start?.gain ?? { bias: 0, weights: undefined };
  return fitGain(comparisons, GAIN_PENALTY);
}

interface Explained {
  readonly effects: ModelEffects;
  readonly gains: Float64Array;
  readonly level: LinearHead;
}

/**
 * What a model did better on each of its rows than base and gain say. Where several models answered, the row's own
 * level is subtracted, which takes the luck of the question out; a lone answer is compared with the predicted level.
 */
function deviationsOf(
  name: string,
  rows: readonly TrainingRow[],
  { effects, gains, level }: Explained,
): Remainder {
  const taken: number[] = [];
  const vectors: PromptVector[] = [];
  const targets: number[] = [];
  const base = effects.bases.get(name) ?? 0;
  rows.forEach(({ outcomes, vector }, i) => {
    const score = outcomes.get(name);
    if (score === undefined) return;
    const isAlone = outcomes.size === 1;
    const expected = isAlone ? evaluateHead(level, vector) : (effects.rowLevels[i] ?? 0);
    const others = isAlone ? 0 : meanBase(outcomes, effects.bases);
    taken.push(i);
    vectors.push(vector);
    targets.push(score - expected - base - (base - others) * (gains[i] ?? 0));
  });
  return { rows: taken, vectors, targets: Float64Array.from(targets) };
}

function meanBase(outcomes: ReadonlyMap<string, number>, bases: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const name of outcomes.keys()) sum += bases.get(name) ?? 0;
  return sum / outcomes.size;
}

function rowRemainder(
  vectors: readonly PromptVector[],
  level: LinearHead,
  { rowLevels }: ModelEffects,
): Float64Array {
  return Float64Array.from(vectors, (vector, i) => (rowLevels[i] ?? 0) - evaluateHead(level, vector));
}
