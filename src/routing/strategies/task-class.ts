import type { ModelCard } from '../../catalog/model-card';
import type { PromptFeatures } from '../features';
import type { Intent, IntentLabel } from '../intent/intent-label';

/** How demanding a request is: code and complex ones go to premium models, simple ones to cost-effective ones, the rest to balanced ones. */
export type TaskClass = 'code' | 'complex' | 'simple' | 'general';

export interface Classification {
  readonly taskClass: TaskClass;
  /** What was seen, in words for `routing_reason`. */
  readonly because: string;
}

/** Longer prompts are not called simple. In characters. */
const SHORT_PROMPT = 100;
/** A prompt of this many characters asks for a model that keeps an overview. */
const LONG_PROMPT = 6_000;

const CLASS_OF_INTENT: Readonly<Partial<Record<IntentLabel, TaskClass>>> = {
  code_gen: 'code',
  deep_reason: 'complex',
  translation: 'general',
  json_extract: 'general',
  vision: 'general',
};

/** The catalogue's prior that counts for a class. */
export function qualityForClass({ quality }: ModelCard, taskClass: TaskClass): number {
  if (taskClass === 'code') return quality.code;
  return taskClass === 'complex' ? quality.reasoning : quality.general;
}

/** An intent that is sure enough decides; otherwise the signals of the prompt do. */
export function classifyTask(features: PromptFeatures, intent: Intent): Classification {
  const byIntent = intent.use === 'steers' ? CLASS_OF_INTENT[intent.label] : undefined;
  if (byIntent !== undefined) return { taskClass: byIntent, because: `intent ${intent.label}` };
  const code = codeSignal(features);
  if (code !== undefined) return { taskClass: 'code', because: code };
  const complex = complexSignal(features);
  if (complex !== undefined) return { taskClass: 'complex', because: complex };
  const simple = simpleSignal(features);
  if (simple !== undefined) return { taskClass: 'simple', because: simple };
  const hint = intent.use === 'hint' ? CLASS_OF_INTENT[intent.label] : undefined;
  if (hint !== undefined) return { taskClass: hint, because: `probably intent ${intent.label}` };
  return { taskClass: 'general', because: 'no special signal' };
}

function codeSignal({
  hasCodeFence,
  hasInlineCode,
  hasCodeSyntax,
  signals,
}: PromptFeatures): string | undefined {
  if (hasCodeFence) return 'code block';
  if (signals.codeTask > 0) return 'programming task';
  if (hasInlineCode && signals.code > 0) return 'inline code';
  if (hasCodeSyntax && signals.code > 0) return 'source text';
  if (signals.code >= 2 && signals.complexity === 0) return 'programming keywords';
  return hasInlineCode && signals.complexity === 0 ? 'inline code' : undefined;
}

function complexSignal({ characters, signals }: PromptFeatures): string | undefined {
  if (signals.complexity > 0) return 'analysis keywords';
  if (signals.math >= 3 && characters > SHORT_PROMPT) return 'multi-step problem';
  return characters > LONG_PROMPT ? 'long prompt' : undefined;
}

function simpleSignal({
  characters,
  endsWithQuestionMark,
  hasImage,
  signals,
}: PromptFeatures): string | undefined {
  if (characters >= SHORT_PROMPT || hasImage || signals.code > 0) return undefined;
  if (signals.greeting > 0) return 'small talk';
  return signals.question > 0 || endsWithQuestionMark ? 'short question' : undefined;
}
