import type { PromptFeatures } from '../features';
import { INTENT_LABELS, type Intent } from '../intent/intent-label';
import { SIGNALS } from '../signals';
import type { PromptVector } from './prompt-vector';

/** Version of the layout below; weights of another one do not fit. */
export const TRAITS_VERSION = 1;

const FLAGS = [
  'hasCodeFence',
  'hasInlineCode',
  'hasCodeSyntax',
  'hasImage',
  'hasTools',
  'wantsJson',
  'endsWithQuestionMark',
] as const satisfies readonly (keyof PromptFeatures)[];
const SIZES = 6;
/** A signal that occurs so often says all it can say. */
const MANY = 5;

/** Numbers per prompt. */
export const TRAIT_COUNT = INTENT_LABELS.length + FLAGS.length + SIZES + SIGNALS.length;

/**
 * A prompt by its features and intent alone, as decision records keep them: what can be learned from stored decisions, because
 * no text is needed. Every number is between 0 and 1.
 */
export function toPromptTraits(features: PromptFeatures, intent: Pick<Intent, 'label'>): PromptVector {
  const values = new Float32Array(TRAIT_COUNT);
  values[INTENT_LABELS.indexOf(intent.label)] = 1;
  let place = INTENT_LABELS.length;
  for (const flag of FLAGS) values[place++] = features[flag] ? 1 : 0;
  const { characters, words, tokenLengthEstimate, messages, foreignPermille, digitPermille } = features;
  for (const size of [
    logarithmic(characters, 20),
    logarithmic(words, 12),
    logarithmic(tokenLengthEstimate, 20),
    logarithmic(messages, 8),
    foreignPermille / 1000,
    digitPermille / 1000,
  ])
    values[place++] = size;
  for (const signal of SIGNALS) values[place++] = Math.min(features.signals[signal], MANY) / MANY;
  return { places: Int32Array.from(values.keys()), values };
}

/** 0 for nothing, 1 for 2 to the power of `largest`. */
function logarithmic(value: number, largest: number): number {
  return Math.min(1, Math.log2(1 + Math.max(value, 0)) / largest);
}
