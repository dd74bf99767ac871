import type { ModelCard } from '../catalog/model-card';
import type { IntentLabel } from './intent/intent-label';

/** What became of a tenant's earlier answers of one model to one intent. */
export interface AnswerEvidence {
  /** Answers whose form was checked, and those without a fault. */
  readonly checked: number;
  readonly sound: number;
  /** How much was said about how good answers were, and how much of it was good; in answers, sources weighed. */
  readonly weight: number;
  readonly good: number;
}

/** Finds the evidence about a model; undefined when there is none. */
export type QualityEvidence = (card: ModelCard, intent: IntentLabel) => AnswerEvidence | undefined;

/** How many answers the prediction from the catalogue or the trained router counts for. */
const PRIOR_ANSWERS = 20;

/**
 * Blends a prediction with what became of earlier answers (a Beta prior of twenty answers). Opinions about answers
 * replace the prediction step by step; faults of form only take away from it, because an answer of the right form is not yet a good one.
 */
export function blendEvidence(predicted: number, evidence: AnswerEvidence | undefined): number {
  if (!evidence) return predicted;
  const { checked, sound, weight, good } = evidence;
  const opinion = (predicted * PRIOR_ANSWERS + good) / (PRIOR_ANSWERS + weight);
  const soundness = (PRIOR_ANSWERS + sound) / (PRIOR_ANSWERS + checked);
  return Math.round(1000 * Math.min(1, opinion * soundness)) / 1000;
}
