import { chatRequest } from '../../../test/support/chat-request-samples';
import { extractFeatures } from '../features';
import { INTENT_LABELS, type IntentLabel } from '../intent/intent-label';
import { evaluateHead, type LinearHead } from '../quality/linear-head';
import { toPromptTraits } from '../quality/prompt-traits';
import { learnTraits, type TraitRow } from './learn-traits';

const features = extractFeatures(chatRequest('What do you think?'));
const vectorOf = (label: IntentLabel) => toPromptTraits(features, { label });

function learned(rows: readonly TraitRow[]): ReadonlyMap<string, LinearHead> {
  return new Map(learnTraits(rows));
}

/** Answers whose surprise depends on the intent, with noise that repeats. */
function rows(count: number, surpriseOf: (label: IntentLabel) => number): TraitRow[] {
  return Array.from({ length: count }, (_, i) => {
    const label = INTENT_LABELS[i % INTENT_LABELS.length] ?? 'chat_lite';
    const noise = ((i * 7919) % 101) / 101 - 0.5;
    return { vector: vectorOf(label), model: 'x/model', surprise: surpriseOf(label) + 0.3 * noise };
  });
}

describe('learnTraits', () => {
  it('learns for which intents a model is better than predicted, and for which it is not', () => {
    const head = learned(rows(1_400, (label) => (label === 'code_gen' ? 0.4 : 0))).get('x/model');
    const at = (label: IntentLabel): number => (head ? evaluateHead(head, vectorOf(label)) : Number.NaN);

    expect(at('code_gen')).toBeGreaterThan(0.3);
    expect(Math.abs(at('translation'))).toBeLessThan(0.1);
  });

  it('learns nothing from answers that are as predicted, nor from few', () => {
    expect(learned(rows(700, () => 0)).size).toBe(0);
    expect(learned(rows(29, () => 0.9)).size).toBe(0);
  });

  it('learns the same from the same', () => {
    const some = rows(300, (label) => (label === 'vision' ? -0.5 : 0.1));

    expect(learned(some)).toEqual(learned(some));
  });
});
