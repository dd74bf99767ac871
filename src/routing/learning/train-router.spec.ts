import { sampleCard } from '../../../test/support/routing-samples';
import { chatRequest } from '../../../test/support/chat-request-samples';
import { extractFeatures } from '../features';
import type { QualityPrompt } from '../quality/quality-predictor';
import { parseRouterArtefact, toRouterArtefact, type RouterArtefact } from '../quality/router-artefact';
import { WeightedPredictor } from '../quality/weighted-predictor';
import { readLabelledRows, toTrainingRows } from './read-training-rows';
import { trainBuiltIn } from './train-built-in';
import { trainRouter } from './train-router';

const CODER = sampleCard('x', 'coder');
const POET = sampleCard('x', 'poet');
const STRANGER = sampleCard('y', 'stranger', { quality: { general: 0.9, code: 0.9, reasoning: 0.9 } });
const THINGS = ['river', 'garden', 'train', 'clock', 'kite', 'lamp', 'forest', 'bridge', 'castle', 'violin'];

/** Code prompts the coder masters and verse the poet masters, with one answer in ten the other way round. */
function lines(count: number, models = ['coder', 'poet']): string {
  return Array.from({ length: count }, (_, i) => {
    const isCode = i % 2 === 0;
    const thing = `${THINGS[i % 10] ?? ''} ${THINGS[(i * 7) % 10] ?? ''}`;
    const isUnlucky = i % 10 === 9 || i % 10 === 4;
    const score = (model: string): number => Number((model === 'coder') === isCode) ^ Number(isUnlucky);
    return JSON.stringify({
      id: `r${String(i)}`,
      source: 'made',
      task: isCode ? 'code/a' : 'verse/b',
      prompt: isCode ? `Implement a function that sorts the ${thing}` : `Compose a sonnet on the ${thing}`,
      models: Object.fromEntries(models.map((model) => [model, { score: score(model) }])),
    });
  }).join('\n');
}

function asked(text: string): QualityPrompt {
  return {
    text,
    features: extractFeatures(chatRequest(text)),
    intent: { label: 'chat_lite', confidence: 0, method: 'off', use: 'ignored' },
  };
}

function train(text: string): RouterArtefact {
  const rows = toTrainingRows(readLabelledRows(text));
  return toRouterArtefact(trainRouter(rows), { rows: rows.length, sources: ['made'] });
}

function load(artefact: RouterArtefact): WeightedPredictor {
  const { fingerprint, weights } = parseRouterArtefact(JSON.stringify(artefact));
  return new WeightedPredictor(fingerprint, weights);
}

describe('trainRouter', () => {
  it('learns which model suits which prompt, also for words it has not seen together', () => {
    const predictor = load(train(lines(400)));

    const [coder = 0, poet = 0] = predictor.predict(asked('Implement a function that sorts the harbour'), [
      CODER,
      POET,
    ]);
    const [versifier = 0, bard = 0] = predictor.predict(asked('Compose a sonnet on the harbour'), [
      CODER,
      POET,
    ]);

    expect(coder - poet).toBeGreaterThan(0.4);
    expect(bard - versifier).toBeGreaterThan(0.4);
    expect(coder).toBeGreaterThan(0.7);
  });

  it('learns from single answers as a running gateway has them, more carefully', () => {
    const single = lines(400)
      .split('\n')
      .map((line, i) => line.replace(i % 3 === 0 ? /"coder":\{"score":\d\},?/ : /,"poet":\{"score":\d\}/, ''))
      .join('\n');

    const predictor = load(train(single));

    const [coder = 0, poet = 0] = predictor.predict(asked('Implement a function that sorts the harbour'), [
      CODER,
      POET,
    ]);
    expect(coder - poet).toBeGreaterThan(0.15);
  });

  it('places a model it never saw by its prior among those it knows', () => {
    const predictor = load(train(lines(400)));

    const [known = 0, stranger = 0] = predictor.predict(asked('Compose a sonnet on the lamp'), [
      CODER,
      STRANGER,
    ]);

    expect(stranger).toBeGreaterThan(known);
  });

  it('is deterministic: the same rows give the same fingerprint', () => {
    expect(train(lines(100)).fingerprint).toBe(train(lines(100)).fingerprint);
    expect(train(lines(100)).fingerprint).not.toBe(train(lines(102)).fingerprint);
  });

  it('keeps predictions inside 0..1', () => {
    const predictor = load(train(lines(60)));

    for (const text of ['', '```js\nx\n```', 'Implement', '☃'.repeat(100)])
      for (const quality of predictor.predict(asked(text), [CODER, POET, STRANGER])) {
        expect(quality).toBeGreaterThan(0);
        expect(quality).toBeLessThan(1);
      }
  });

  it('makes no difference between models where only chance did', () => {
    const noisy = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({
        id: i,
        prompt: `Tell me about the ${THINGS[i % 10] ?? ''} number ${String(i)}`,
        models: { coder: { score: (i * 7919) % 2 }, poet: { score: (i * 104_729 + 1) % 2 } },
      }),
    ).join('\n');

    const [coder = 0, poet = 0] = load(train(noisy)).predict(asked('Tell me about the clock'), [CODER, POET]);

    expect(Math.abs(coder - poet)).toBeLessThan(0.1);
  });
});

describe('trainBuiltIn', () => {
  it('knows no model by name: who is better follows from the cards', () => {
    const rows = toTrainingRows(readLabelledRows(lines(200)));
    const artefact = toRouterArtefact(trainBuiltIn(rows), { rows: rows.length, sources: [] });

    const [coder = 0, poet = 0, stranger = 0] = load(artefact).predict(asked('Compose a sonnet'), [
      CODER,
      POET,
      STRANGER,
    ]);

    expect(coder).toBe(poet);
    expect(stranger).toBeGreaterThan(coder);
  });
});

describe('readLabelledRows', () => {
  it('names the line that is wrong', () => {
    expect(() => readLabelledRows('{"id":1,"prompt":"a"}\n\n{"id":2}')).toThrow('line 3');
    expect(() => readLabelledRows('nonsense')).toThrow('line 1');
  });

  it.each(['"score":87', '"score":-0.1', '"cost":-1'])(
    'refuses %s, and names the line and the model',
    (wrong) => {
      const text = `{"id":1,"prompt":"a"}\n{"id":2,"prompt":"b","models":{"poet":{${wrong}}}}`;

      expect(() => readLabelledRows(text)).toThrow(/line 2: the (score|cost) of poet/);
    },
  );

  it('takes rows without labels, and trains on none of them', () => {
    const rows = readLabelledRows('{"id":1,"prompt":"a","models":{"m":{"cost":0.1}}}\n{"id":2,"prompt":"b"}');

    expect(rows).toHaveLength(2);
    expect(toTrainingRows(rows)).toEqual([]);
  });
});
