import { OPENAI_MODELS } from '../../catalog/models/openai-models';
import type { ModelCard } from '../../catalog/model-card';
import { NO_FIGURES, type RollupGroup } from '../rollup.query';
import { cheaperModels } from './cheaper-models';

const AT = Date.UTC(2026, 10, 20);
const [BASE] = OPENAI_MODELS.filter((card) => card.kind === 'chat');

function card(model: string, price: bigint, changes: Partial<ModelCard> = {}): ModelCard {
  if (!BASE) throw new Error('no model');
  const perMillion = { inputUncached: price, outputText: price * 4n };
  return {
    ...BASE,
    model,
    retiresOn: undefined,
    quality: { general: 0.8, code: 0.8, reasoning: 0.8 },
    prices: [{ validFrom: '2026-01-01', perMillion }],
    ...changes,
  };
}

const used = (model: string): RollupGroup => ({
  ...NO_FIGURES,
  keys: ['openai', model],
  calls: 10,
  inputTokens: 1_000_000,
  outputTokens: 1_000_000,
});

describe('cheaperModels', () => {
  it('names the cheapest model that is at least as good, and what it would have saved to the nano-dollar', () => {
    const cards = [card('dear', 1_000n), card('cheap', 400n), card('cheapest', 300n)];

    const [found, ...others] = cheaperModels({ groups: [used('dear')], cards, atMs: AT });

    expect(others).toEqual([]);
    expect(found).toMatchObject({
      title: 'Use openai/cheapest in place of openai/dear',
      saves_nano_usd: String((1_000 - 300) * 5),
    });
  });

  it.each<[string, Partial<ModelCard>]>([
    ['is worse at one kind of task', { quality: { general: 0.9, code: 0.7, reasoning: 0.9 } }],
    ['has less context', { contextTokens: 10 }],
    ['writes less', { maxOutputTokens: 10 }],
    ['belongs to a provider nobody uses', { provider: 'unused' }],
    ['is out of service', { retiresOn: '2026-01-02' }],
    ['cannot do something', { capabilities: { ...(BASE ?? card('x', 1n)).capabilities, tools: false } }],
  ])('does not name a model that %s', (_, changes) => {
    const cards = [card('dear', 1_000n), card('cheap', 400n, changes)];

    expect(cheaperModels({ groups: [used('dear')], cards, atMs: AT })).toEqual([]);
  });
});
