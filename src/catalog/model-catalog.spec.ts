import type { ModelCard } from './model-card';
import { KNOWN_MODELS } from './known-models';
import { ModelCatalog } from './model-catalog';
import { DEMO_MODELS } from './models/demo-models';
import { OPENAI_MODELS } from './models/openai-models';

const catalog = new ModelCatalog([...OPENAI_MODELS, ...DEMO_MODELS]);

function copyOf(model: string, changes: Partial<ModelCard>): ModelCard {
  const card = OPENAI_MODELS.find((candidate) => candidate.model === model);
  if (!card) throw new Error(`no card ${model}`);
  return { ...card, ...changes };
}

describe('ModelCatalog', () => {
  it('finds a model by full name, bare id and dated snapshot', () => {
    expect(catalog.findByName('openai/gpt-4o')[0]?.model).toBe('gpt-4o');
    expect(catalog.findByName('gpt-4o')[0]?.provider).toBe('openai');
    expect(catalog.findByName('gpt-4o-2024-08-06')[0]?.model).toBe('gpt-4o-2024-08-06');
    expect(catalog.find('demo', 'demo-small')?.demo).toBe(true);
  });

  it('takes a bare id that several providers serve for all of them, in the order of the lists', () => {
    const everybody = new ModelCatalog(KNOWN_MODELS);

    expect(everybody.findByName('openai/gpt-oss-120b').map((card) => card.provider)).toEqual([
      'groq',
      'together',
    ]);
    expect(everybody.findByName('together/openai/gpt-oss-120b')).toHaveLength(1);
    expect(everybody.findByName('mistral-large-latest')[0]?.model).toBe('mistral-large-2512');
  });

  it('lists a model once, however many snapshots it has', () => {
    expect(catalog.list().filter((card) => card.model.startsWith('gpt-4o-mini'))).toHaveLength(1);
  });

  it.each(['gpt-4o-2023-01-01', 'gpt-9', 'openai/', '', 'demo/gpt-4o', '__proto__', 'constructor'])(
    'does not know %p',
    (name) => {
      expect(catalog.findByName(name)).toEqual([]);
    },
  );

  it('prices the model that answered, dated or not, and admits when it does not know it', () => {
    expect(catalog.resolveAnswered('openai', 'gpt-4o-2024-08-06')?.prices).toEqual(
      catalog.find('openai', 'gpt-4o')?.prices,
    );
    expect(catalog.resolveAnswered('openai', 'gpt-5.4-mini-2026-03-01')?.model).toBe('gpt-5.4-mini');
    expect(catalog.resolveAnswered('openai', 'gpt-4o-2024-05-13')?.model).toBe('gpt-4o-2024-05-13');
    expect(catalog.resolveAnswered('openai', 'gpt-5.7')).toBeUndefined();
    expect(catalog.resolveAnswered('demo', 'gpt-4o')).toBeUndefined();
  });

  it('offers every provider of a bare id, in the order of the lists', () => {
    const two = new ModelCatalog([copyOf('o3', {}), copyOf('o3', { provider: 'my-server' })]);

    expect(two.findByName('o3').map((card) => card.provider)).toEqual(['openai', 'my-server']);
  });

  it('leaves out a model without a price', () => {
    expect(new ModelCatalog([copyOf('o3', { prices: [] })]).findByName('o3')).toEqual([]);
  });

  it('refuses two cards of one name', () => {
    expect(() => new ModelCatalog([copyOf('o3', {}), copyOf('o3', {})])).toThrow('openai/o3');
  });

  it('changes its version with any price', () => {
    const cheaper = OPENAI_MODELS.map((card) => (card.model === 'o3' ? copyOf('o3', { prices: [] }) : card));

    expect(new ModelCatalog(OPENAI_MODELS).version).toBe(new ModelCatalog([...OPENAI_MODELS]).version);
    expect(new ModelCatalog(cheaper).version).not.toBe(new ModelCatalog(OPENAI_MODELS).version);
  });
});
