import type { LinearHead } from './linear-head';

/** What a router has learned, ready to be evaluated. */
export interface RouterWeights {
  /** How well an average model answers a prompt. */
  readonly level: LinearHead;
  /** How much more (or less) than usual a better model helps with a prompt; 0 is as usual, −1 not at all. */
  readonly gain: LinearHead;
  /** Prior of the average model `level` speaks of; for models the training never saw. */
  readonly averagePrior: number;
  readonly models: ReadonlyMap<string, ModelWeights>;
  readonly families: readonly FamilyWeights[];
  /** What stored decisions taught about each model, as functions of the prompt's traits; added to the prediction. */
  readonly traits?: ReadonlyMap<string, LinearHead>;
}

export interface ModelWeights {
  /** How much better than the average model it answers. */
  readonly base: number;
  /** What the prompt changes about that, beyond `gain`. */
  readonly head: LinearHead;
}

/** A kind of prompt seen often enough in training to know which models it suits. */
export interface FamilyWeights {
  readonly name: string;
  /** The typical prompt; a prompt belongs to the family to which it is nearest. */
  readonly gate: LinearHead;
  /** Below this score a prompt is a stranger and belongs to no family. */
  readonly threshold: number;
  /** Added to the prediction of each model. */
  readonly corrections: ReadonlyMap<string, LinearHead>;
}
