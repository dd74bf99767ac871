import type { ModelCard } from '../../catalog/model-card';
import type { PromptFeatures } from '../features';
import type { Intent } from '../intent/intent-label';

/** What a prediction may look at. Lives for the length of one decision; nothing of it but the features is ever stored. */
export interface QualityPrompt {
  /** The newest user message; only a bounded window of it is read. */
  readonly text: string;
  readonly features: PromptFeatures;
  readonly intent: Intent;
}

/** Predicts how likely each model is to answer a prompt well. Pure: the same prompt and cards give the same numbers. */
export interface QualityPredictor {
  /** Names the weights; part of the decision record. */
  readonly version: string;
  /** One probability (0..1) per card, in their order. */
  predict(prompt: QualityPrompt, cards: readonly ModelCard[]): Float64Array;
}
