import fc from 'fast-check';
import { OPENAI_MODELS } from '../../catalog/models/openai-models';
import { costOfUsage, isPriced } from '../../catalog/price-book';
import { NO_USAGE, type TokenUsage } from '../../llm/token-usage';
import { baselinesOf } from './baselines';

const AT = Date.UTC(2026, 10, 20);
const CARDS = OPENAI_MODELS.filter((card) => card.kind === 'chat' && isPriced(card));
const usages: fc.Arbitrary<TokenUsage> = fc
  .record({
    inputUncached: fc.nat(100_000),
    cacheRead: fc.nat(50_000),
    outputText: fc.integer({ min: 1, max: 9_000 }),
  })
  .map((buckets) => ({ ...NO_USAGE, ...buckets }));

describe('baselinesOf', () => {
  it('prices the same tokens under the named, the strongest and the cheapest model', () => {
    const cards = fc.shuffledSubarray([...CARDS], { minLength: 1 });
    fc.assert(
      fc.property(usages, cards, (usage, candidates) => {
        const [requested] = candidates;
        const found = baselinesOf({ usage, candidates, requested, priceVersion: 'v1', atMs: AT });

        const costs = candidates.map((card) => costOfUsage(card, usage, AT));
        const strength = (name: string | null): number => {
          const card = candidates.find(({ provider, model }) => `${provider}/${model}` === name);
          return card ? card.quality.general + card.quality.code + card.quality.reasoning : Number.NaN;
        };
        expect(found.requested_nano_usd).toBe(costs[0]?.toString());
        expect(BigInt(found.cheapest_nano_usd ?? -1)).toBe(costs.reduce((a, b) => (b < a ? b : a)));
        for (const { provider, model } of candidates)
          expect(strength(found.strongest_model)).toBeGreaterThanOrEqual(strength(`${provider}/${model}`));
        expect(found.baseline_price_version).toBe('v1');
      }),
    );
  });

  it('compares with nothing when nothing was answered or nobody could have', () => {
    const all = { requested: undefined, priceVersion: 'v1', atMs: AT };

    for (const input of [
      { ...all, usage: undefined, candidates: CARDS },
      { ...all, usage: NO_USAGE, candidates: CARDS },
      { ...all, usage: { ...NO_USAGE, outputText: 1 }, candidates: [] },
    ])
      expect(Object.values(baselinesOf(input))).toEqual(Array.from({ length: 6 }, () => null));
  });

  it('names no baseline for the requested model when the client left the choice to the router', () => {
    const usage = { ...NO_USAGE, outputText: 1 };
    const found = baselinesOf({
      usage,
      candidates: CARDS,
      requested: undefined,
      priceVersion: 'v1',
      atMs: AT,
    });

    expect(found.requested_nano_usd).toBeNull();
    expect(found.cheapest_nano_usd).not.toBeNull();
  });
});
