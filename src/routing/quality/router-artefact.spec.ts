import { createHash } from 'node:crypto';
import { chatRequest } from '../../../test/support/chat-request-samples';
import { sampleCard } from '../../../test/support/routing-samples';
import { extractFeatures } from '../features';
import { qualityPrior } from '../quality-prior';
import { classifyTask } from '../strategies/task-class';
import { builtInRouter } from './built-in-router';
import { BUILT_IN_WEIGHTS } from './built-in-weights';
import { TRAIT_COUNT } from './prompt-traits';
import type { QualityPrompt } from './quality-predictor';
import { parseRouterArtefact, toRouterArtefact } from './router-artefact';
import { WeightedPredictor } from './weighted-predictor';

const tier = (model: string, general: number) =>
  sampleCard('x', model, { quality: { general, code: general, reasoning: general } });

function asked(text: string): QualityPrompt {
  return {
    text,
    features: extractFeatures(chatRequest(text)),
    intent: { label: 'chat_lite', confidence: 0, method: 'off', use: 'ignored' },
  };
}

describe('parseRouterArtefact', () => {
  const changed = (edit: (artefact: Record<string, unknown>) => void): string => {
    const artefact = JSON.parse(BUILT_IN_WEIGHTS) as Record<string, unknown>;
    edit(artefact);
    return JSON.stringify(artefact);
  };

  it.each([
    ['no JSON', 'router'],
    ['a list', '[]'],
    ['another format', changed((artefact) => (artefact['format'] = 99))],
    ['another prompt vector', changed((artefact) => (artefact['vector'] = 99))],
    ['damaged content', changed((artefact) => (artefact['averagePrior'] = 0.1))],
    ['missing content', changed((artefact) => delete artefact['gain'])],
  ])('refuses %s as invalid_router_artefact', (_, text) => {
    const refusal: unknown = expect.objectContaining({ code: 'invalid_router_artefact' });

    expect(() => parseRouterArtefact(text)).toThrow(refusal as Error);
  });

  it('keeps what stored decisions taught about models, in a format that older versions refuse', () => {
    const { weights, trainedOn } = builtInRouter();
    const head = { bias: 0.1, weights: new Float32Array(TRAIT_COUNT).fill(0.25) };
    const artefact = toRouterArtefact({ ...weights, traits: new Map([['x/weak', head]]) }, trainedOn);
    const parsed = parseRouterArtefact(JSON.stringify(artefact));
    const cards = [tier('weak', 0.5), tier('strong', 0.8)];
    const before = new WeightedPredictor('', weights).predict(asked('Who won?'), cards);
    const after = new WeightedPredictor('', parsed.weights).predict(asked('Who won?'), cards);

    expect(artefact.format).toBe(2);
    expect(parsed.weights.traits?.get('x/weak')).toEqual(head);
    expect(after[0]).toBeGreaterThan(before[0] ?? 1);
    expect(after[1]).toBe(before[1]);
  });

  it.each([
    ['another version', { version: 99, models: [] }],
    ['weights of another size', { version: 1, models: [{ name: 'x', bias: 0, weights: [1, 2] }] }],
    ['weights that are no numbers', { version: 1, models: [{ name: 'x', bias: 'high' }] }],
    ['weights beyond all bounds', { version: 1, models: [{ name: 'x', bias: 1e300 }] }],
  ])('refuses traits of %s', (_, traits) => {
    const { weights, trainedOn } = builtInRouter();
    const { format, vector, fingerprint, ...body } = { ...toRouterArtefact(weights, trainedOn), traits };
    const stated = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32);
    const text = JSON.stringify({ format: 2, vector, fingerprint: stated, ...body });
    const refusal: unknown = expect.objectContaining({ code: 'invalid_router_artefact' });

    expect([format, fingerprint]).toEqual([1, expect.any(String)]);
    expect(() => parseRouterArtefact(text)).toThrow(refusal as Error);
  });

  it('packs what it unpacked to the same fingerprint', () => {
    const { weights, trainedOn, fingerprint } = builtInRouter();

    expect(toRouterArtefact(weights, trainedOn).fingerprint).toBe(fingerprint);
  });
});

describe('the built-in router', () => {
  const { fingerprint, weights } = builtInRouter();
  const predictor = new WeightedPredictor(fingerprint, weights);
  const cards = [tier('weak', 0.6), tier('strong', 0.85)];
  const gainOf = (text: string): number => {
    const [weak = 0, strong = 0] = predictor.predict(asked(text), cards);
    return strong - weak;
  };

  it('expects a strong model to help more with a hard question than with small talk', () => {
    const hard =
      'A train leaves at 9:40 and travels 234 km at 78 km/h; a second one leaves the same station 45 minutes later at 96 km/h on a parallel track. Derive when and where the second overtakes the first, and prove that your answer is unique.';

    expect(gainOf(hard)).toBeGreaterThan(gainOf('Hi, how are you?') + 0.1);
  });

  it('keeps the order of the catalogue for every kind of prompt', () => {
    for (const text of ['hi', 'Prove Fermat’s last theorem', '```js\nx\n```', 'Who won?\nA. me\nB. you'])
      expect(gainOf(text)).toBeGreaterThan(0);
  });

  it('stays near the prior: the prompt moves it, the catalogue decides', () => {
    const prompt = asked('Tell me about climate change');
    const task = classifyTask(prompt.features, prompt.intent);

    predictor.predict(prompt, cards).forEach((quality, i) => {
      const card = cards[i];
      expect(card && Math.abs(quality - qualityPrior(card, task))).toBeLessThan(0.25);
    });
  });
});
