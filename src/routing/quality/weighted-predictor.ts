import type { ModelCard } from '../../catalog/model-card';
import { namesOfCard } from '../candidate';
import { qualityPrior } from '../quality-prior';
import { classifyTask, type Classification } from '../strategies/task-class';
import { evaluateHead, type LinearHead } from './linear-head';
import { toPromptTraits } from './prompt-traits';
import { toPromptVector, type PromptVector } from './prompt-vector';
import type { QualityPredictor, QualityPrompt } from './quality-predictor';
import type { FamilyWeights, ModelWeights, RouterWeights } from './router-weights';

/** Predictions are squeezed between these, gently from this far inside. */
const FLOOR = 0.01;
const CEILING = 0.99;
const MARGIN = 0.02;

/**
 * Predicts from weights: the level of the prompt, the standing of the model, what the prompt makes of the difference between
 * good and weak models, and what was learned about just this model and this kind of prompt. A model the training never saw
 * stands where its catalogue prior puts it among the models that are known.
 */
export class WeightedPredictor implements QualityPredictor {
  readonly #known = new WeakMap<
    ModelCard,
    { readonly name: string; readonly weights: ModelWeights } | 'no'
  >();

  constructor(
    readonly version: string,
    private readonly weights: RouterWeights,
  ) {}

  predict(prompt: QualityPrompt, cards: readonly ModelCard[]): Float64Array {
    const qualities = this.#byText(prompt, cards);
    const { traits } = this.weights;
    if (!traits) return qualities;
    const vector = toPromptTraits(prompt.features, prompt.intent);
    return qualities.map((quality, i) => {
      const card = cards[i];
      return card ? adjustQuality(quality, card, { traits, vector }) : quality;
    });
  }

  #byText(prompt: QualityPrompt, cards: readonly ModelCard[]): Float64Array {
    const vector = toPromptVector(prompt.text);
    const level = evaluateHead(this.weights.level, vector);
    const gain = 1 + evaluateHead(this.weights.gain, vector);
    const family = this.#familyOf(vector, cards);
    const task = classifyTask(prompt.features, prompt.intent);
    const averagePrior = this.#averagePriorAmong(task, cards);
    return Float64Array.from(cards, (card) => {
      const known = this.#find(card);
      if (!known) return squeeze(level + (qualityPrior(card, task) - averagePrior) * gain);
      const { base, head } = known.weights;
      const correction = family?.corrections.get(known.name);
      const learned = evaluateHead(head, vector) + (correction ? evaluateHead(correction, vector) : 0);
      return squeeze(level + base * gain + learned);
    });
  }

  #find(card: ModelCard): { readonly name: string; readonly weights: ModelWeights } | undefined {
    let found = this.#known.get(card);
    if (found === undefined) {
      const name = namesOfCard(card).find((written) => this.weights.models.has(written));
      const weights = name === undefined ? undefined : this.weights.models.get(name);
      found = name !== undefined && weights ? { name, weights } : 'no';
      this.#known.set(card, found);
    }
    return found === 'no' ? undefined : found;
  }

  /** The catalogue quality that corresponds to the average model of the training, judged by the candidates it knows. */
  #averagePriorAmong(task: Classification, cards: readonly ModelCard[]): number {
    let sum = 0;
    let count = 0;
    for (const card of cards) {
      const known = this.#find(card);
      if (!known) continue;
      sum += qualityPrior(card, task) - known.weights.base;
      count++;
    }
    return count === 0 ? this.weights.averagePrior : sum / count;
  }

  /** The nearest of the families that know as many of the candidates as any family does. */
  #familyOf(vector: PromptVector, cards: readonly ModelCard[]): FamilyWeights | undefined {
    const names = cards.flatMap((card) => this.#find(card)?.name ?? []);
    let best: FamilyWeights | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    let bestCoverage = 1;
    for (const family of this.weights.families) {
      const coverage = coverageOf(family, names);
      if (coverage < bestCoverage) continue;
      const score = evaluateHead(family.gate, vector);
      if (coverage === bestCoverage && score <= bestScore) continue;
      best = family;
      bestScore = score;
      bestCoverage = coverage;
    }
    return best && bestScore >= best.threshold ? best : undefined;
  }
}

/** A prediction with what stored decisions taught about the model; between 0.01 and 0.99. */
export function adjustQuality(
  quality: number,
  card: ModelCard,
  { traits, vector }: { readonly traits: ReadonlyMap<string, LinearHead>; readonly vector: PromptVector },
): number {
  const name = namesOfCard(card).find((written) => traits.has(written));
  const head = name === undefined ? undefined : traits.get(name);
  return head ? Math.min(CEILING, Math.max(FLOOR, quality + evaluateHead(head, vector))) : quality;
}

/** How many of the models a family has learned about. */
function coverageOf({ corrections }: FamilyWeights, names: readonly string[]): number {
  let covered = 0;
  for (const name of names) if (corrections.has(name)) covered++;
  return covered;
}

/** The identity in the middle; towards the ends it bends so that order is kept. */
function squeeze(value: number): number {
  if (value > CEILING - MARGIN) return CEILING - MARGIN * Math.exp((CEILING - MARGIN - value) / MARGIN);
  if (value < FLOOR + MARGIN) return FLOOR + MARGIN * Math.exp((value - FLOOR - MARGIN) / MARGIN);
  return value;
}
