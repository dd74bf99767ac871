import type { LinearHead } from '../quality/linear-head';
import { TRAIT_COUNT } from '../quality/prompt-traits';
import type { PromptVector } from '../quality/prompt-vector';
import { fitWithChosenPenalty } from './chosen-penalty';

/** One answer whose goodness became known. */
export interface TraitRow {
  /** The prompt's traits. */
  readonly vector: PromptVector;
  /** `provider/model`, lower case. */
  readonly model: string;
  /** How much better than predicted the answer was. */
  readonly surprise: number;
}

/** With fewer answers nothing is learned about a model. */
const FEWEST_ANSWERS = 30;
const PENALTIES = [300, 100, 30, 10];

/**
 * Learns about each model how its answers differ from what was predicted, as a function of the prompt's traits. A model of which little is
 * known, or whose answers are as predicted, is left out. Deterministic.
 */
export function* learnTraits(rows: readonly TraitRow[]): Generator<readonly [string, LinearHead]> {
  const byModel = [...Map.groupBy(rows, ({ model }) => model)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [model, own] of byModel) {
    if (own.length < FEWEST_ANSWERS) continue;
    const data = {
      vectors: own.map(({ vector }) => vector),
      targets: Float64Array.from(own, ({ surprise }) => surprise),
    };
    const head = fitWithChosenPenalty(data, PENALTIES, TRAIT_COUNT);
    if (head.bias !== 0 || head.weights) yield [model, head];
  }
}
