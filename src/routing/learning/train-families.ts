import { evaluateHead, type LinearHead } from '../quality/linear-head';
import { VECTOR_SIZE, type PromptVector } from '../quality/prompt-vector';
import type { FamilyWeights } from '../quality/router-weights';
import { fitWithChosenPenalty, subset } from './chosen-penalty';
import type { TrainingRow } from './training-row';

/** What is left to explain about one model: rows it answered and by how much the prediction missed. */
export interface Remainder {
  readonly rows: readonly number[];
  readonly vectors: readonly PromptVector[];
  readonly targets: Float64Array;
}

/** A family needs this many prompts, and this many before it gets word weights of its own. */
const SMALLEST_FAMILY = 40;
const LARGE_FAMILY = 400;
const PENALTIES = [1000, 300, 100, 30, 10];
/** Prompts' worth of doubt about a family's level and about how a model does in it. */
const LEVEL_DOUBT = 10;
const MODEL_DOUBT = 50;
/** Words kept of a typical prompt. */
const GATE_PLACES = 512;
/** This share of its own prompts may be too far from a family. */
const STRANGER_SHARE = 0.03;

/** Learns per family what the weights for all prompts leave over. */
export function trainFamilies(
  rows: readonly TrainingRow[],
  remainders: ReadonlyMap<string, Remainder>,
  levelRemainder: Float64Array,
): FamilyWeights[] {
  const members = new Map<string, number[]>();
  rows.forEach(({ family }, i) => {
    if (family === undefined) return;
    const list = members.get(family) ?? [];
    list.push(i);
    members.set(family, list);
  });
  return [...members]
    .filter(([, list]) => list.length >= SMALLEST_FAMILY)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, list]) => {
      const gate = typicalPrompt(list.flatMap((row) => rows[row]?.vector ?? []));
      const level =
        list.reduce((sum, row) => sum + (levelRemainder[row] ?? 0), 0) / (list.length + LEVEL_DOUBT);
      return { name, ...gate, corrections: correctionsOf(new Set(list), remainders, level) };
    });
}

function correctionsOf(
  members: ReadonlySet<number>,
  remainders: ReadonlyMap<string, Remainder>,
  level: number,
): Map<string, LinearHead> {
  const corrections = new Map<string, LinearHead>();
  for (const [name, remainder] of remainders) {
    const taken = remainder.rows.flatMap((row, i) => (members.has(row) ? [i] : []));
    if (taken.length === 0) continue;
    const data = subset(remainder, taken);
    const mean = data.targets.reduce((sum, target) => sum + target, 0) / (taken.length + MODEL_DOUBT);
    const centred = { vectors: data.vectors, targets: data.targets.map((target) => target - mean) };
    const own = taken.length < LARGE_FAMILY ? undefined : fitWithChosenPenalty(centred, PENALTIES);
    corrections.set(name, { bias: level + mean + (own?.bias ?? 0), weights: own?.weights });
  }
  return corrections;
}

/** The mean of the prompts, its largest places only, as a head that is highest for the nearest family. */
function typicalPrompt(vectors: readonly PromptVector[]): { gate: LinearHead; threshold: number } {
  const mean = new Float32Array(VECTOR_SIZE);
  for (const { places, values } of vectors)
    places.forEach((place, i) => {
      mean[place] = (mean[place] ?? 0) + (values[i] ?? 0) / vectors.length;
    });
  const smallest = mean.map(Math.abs).sort().at(-GATE_PLACES) ?? 0;
  const weights = mean.map((value) => (Math.abs(value) < smallest ? 0 : value));
  const gate = { bias: -weights.reduce((sum, value) => sum + value * value, 0) / 2, weights };
  const scores = Float64Array.from(vectors, (vector) => evaluateHead(gate, vector)).sort();
  return { gate, threshold: scores[Math.floor(scores.length * STRANGER_SHARE)] ?? 0 };
}
