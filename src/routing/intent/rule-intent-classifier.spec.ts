import { chatRequest } from '../../../test/support/chat-request-samples';
import { extractFeatures } from '../features';
import { LABELLED_PROMPTS } from '../../../test/support/labelled-prompts';
import { classifyByRules } from './rule-intent-classifier';
import type { Intent, IntentLabel } from './intent-label';

const SETTINGS = { enabled: true, lowConfidence: 0.4, minConfidenceForDirect: 0.7 };

function classify(text: string, withImage = false): Intent {
  const image = { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } } as const;
  const content = [{ type: 'text', text } as const, ...(withImage ? [image] : [])];
  return classifyByRules(extractFeatures(chatRequest([{ role: 'user', content }])), SETTINGS);
}

const all = Object.entries(LABELLED_PROMPTS).flatMap(([label, prompts]) =>
  prompts.map((text) => ({ label: label as IntentLabel, text, found: classify(text, label === 'vision') })),
);

describe('classifyByRules', () => {
  it('labels at least four of five of our own sentences right, over all seven labels', () => {
    const wrong = all.filter(({ label, found }) => found.label !== label);

    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(1 - wrong.length / all.length).toBeGreaterThanOrEqual(0.8);
  });

  it('is right more often where it says it is surer', () => {
    const share = (rows: typeof all): number =>
      rows.filter(({ label, found }) => found.label === label).length / rows.length;
    const sure = all.filter(({ found }) => found.confidence >= 0.7);

    expect(sure.length).toBeGreaterThan(20);
    expect(share(sure)).toBeGreaterThanOrEqual(0.9);
  });

  it('gives the same label and confidence every time', () => {
    for (const { text, label, found } of all) expect(classify(text, label === 'vision')).toEqual(found);
  });

  it('keeps confidence between 0 and 1, also for empty and hostile prompts', () => {
    for (const text of ['', ' ', '?', 'json '.repeat(5000), '\ud800', '翻'.repeat(3000)]) {
      const { confidence } = classify(text);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('does nothing when switched off', () => {
    const features = extractFeatures(chatRequest('Translate this into French'));

    expect(classifyByRules(features, { ...SETTINGS, enabled: false })).toEqual({
      label: 'chat_lite',
      confidence: 0,
      method: 'off',
      use: 'ignored',
    });
  });
});
