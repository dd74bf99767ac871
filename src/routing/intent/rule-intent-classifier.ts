import type { PromptFeatures } from '../features';
import { SIGNALS } from '../signals';
import { INTENT_LABELS, type Intent, type IntentLabel } from './intent-label';
import { INTENT_WEIGHTS, type IntentWeights, type Shape } from './intent-weights';
import { useOf, type IntentSettings } from './intent-use';

const SHORT_CHARACTERS = 70;
const LONG_CHARACTERS = 400;
const FOREIGN_PERMILLE = 200;
const MANY_DIGITS_PERMILLE = 40;
/** Divides the points before they become shares; larger means less sure. Chosen so that confidence matches how often the label is right. */
const TEMPERATURE = 1;

/** Labels a request by adding up points per label; the same features always give the same answer. */
export function classifyByRules(features: PromptFeatures, settings: IntentSettings): Intent {
  if (!settings.enabled) return { label: 'chat_lite', confidence: 0, method: 'off', use: 'ignored' };
  const shapes = shapesOf(features);
  const points = INTENT_LABELS.map((label) => pointsOf(INTENT_WEIGHTS[label], features, shapes));
  const { label, confidence } = mostLikely(points);
  return { label, confidence, method: 'rules', use: useOf(confidence, settings) };
}

function pointsOf(weights: IntentWeights, { signals }: PromptFeatures, shapes: readonly Shape[]): number {
  let points = weights.base;
  for (const shape of shapes) points += weights.shapes[shape] ?? 0;
  for (const signal of SIGNALS) {
    const evidence = weights.signals[signal];
    if (evidence) points += evidence.points * Math.min(signals[signal], evidence.upTo);
  }
  return points;
}

function shapesOf(features: PromptFeatures): Shape[] {
  const shapes: Shape[] = [];
  if (features.characters < SHORT_CHARACTERS) shapes.push('short');
  else shapes.push(features.characters < LONG_CHARACTERS ? 'medium' : 'long');
  if (features.hasImage) shapes.push('image');
  if (features.hasCodeFence) shapes.push('codeFence');
  if (features.hasInlineCode) shapes.push('inlineCode');
  if (features.hasCodeSyntax) shapes.push('codeSyntax');
  if (features.wantsJson) shapes.push('json');
  if (features.endsWithQuestionMark) shapes.push('questionMark');
  if (features.foreignPermille >= FOREIGN_PERMILLE) shapes.push('foreign');
  if (features.digitPermille >= MANY_DIGITS_PERMILLE) shapes.push('manyDigits');
  return shapes;
}

function mostLikely(points: readonly number[]): { label: IntentLabel; confidence: number } {
  const highest = Math.max(...points);
  let total = 0;
  for (const value of points) total += Math.exp((value - highest) / TEMPERATURE);
  const label = INTENT_LABELS[points.indexOf(highest)] ?? 'chat_lite';
  return { label, confidence: Math.round(1000 / total) / 1000 };
}
