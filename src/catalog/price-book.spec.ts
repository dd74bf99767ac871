import fc from 'fast-check';
import { parseUsd, toUsdNumber } from '../common/money';
import { NO_USAGE, USAGE_BUCKETS, inputTokensOf, outputTokensOf, type TokenUsage } from '../llm/token-usage';
import { KNOWN_MODELS } from './known-models';
import type { ModelCard } from './model-card';
import {
  cacheSaving,
  costOfUsage,
  hasPriceOf,
  plainTextCost,
  priceOfBucket,
  priceRowAt,
  pricedServiceTiers,
  worstCaseCost,
} from './price-book';

const NOW = Date.UTC(2026, 10, 20);
const MILLION = 1_000_000;

function cardOf(model: string): ModelCard {
  const card = KNOWN_MODELS.find(
    (candidate) => candidate.model === model || candidate.aliases.includes(model),
  );
  if (!card) throw new Error(`no card ${model}`);
  return card;
}

const usdOf = (model: string, usage: Partial<TokenUsage>, atMs = NOW): number =>
  toUsdNumber(costOfUsage(cardOf(model), { ...NO_USAGE, ...usage }, atMs));

describe('costOfUsage', () => {
  it.each([
    ['gpt-4o', { inputUncached: MILLION }, 2.5],
    ['gpt-4o', { outputText: MILLION }, 10],
    ['gpt-4o-mini', { inputUncached: 1_000, outputText: 500 }, 0.00045],
    ['gpt-4o', { cacheRead: 100_000 }, 0.125],
    ['gpt-3.5-turbo', { cacheRead: 1_000 }, 0.0005],
    ['gpt-5', { reasoning: 1_000 }, 0.01],
    ['gpt-6-sol', { cacheWrite5m: 100_000 }, 0.25],
    ['claude-opus-5-5', { cacheRead: 100_000, cacheWrite5m: 10_000, cacheWrite1h: 10_000 }, 0.15],
    ['claude-fable-5-1', { cacheRead: 1_000_000 }, 0.25],
    ['command-r7b-12-2024', { inputUncached: 1_000, outputText: 1_000 }, 0.0001875],
    ['gemini-2.5-flash', { audioInput: 1_000, inputUncached: 1_000 }, 0.0013],
    ['mistral-large-latest', { inputUncached: 1_000_000, cacheRead: 1_000_000 }, 0.55],
  ])('prices %s %j exactly', (model, usage, expected) => {
    expect(usdOf(model, usage)).toBe(expected);
  });

  it('decides the tier by the whole input, the cached part included, and bills all of it there', () => {
    expect(usdOf('gpt-6-sol', { inputUncached: 272_000 })).toBe(0.544);
    expect(usdOf('gpt-6-sol', { inputUncached: 272_001 })).toBe(1.088004);
    expect(usdOf('gpt-6-sol', { inputUncached: 100_000, cacheRead: 200_000 })).toBe(0.48);
  });

  it('bills a call at the price of its day', () => {
    expect(usdOf('gpt-5.6-luna', { inputUncached: 100_000 }, Date.UTC(2026, 6, 29, 23, 59))).toBe(0.1);
    expect(usdOf('gpt-5.6-luna', { inputUncached: 100_000 }, Date.UTC(2026, 6, 30))).toBe(0.02);
    expect(usdOf('gpt-5.6-luna', { inputUncached: 100_000 }, Date.UTC(2020, 0, 1))).toBe(0.1);
  });

  it.each([
    ['gemini-3.7-flash', Date.UTC(2026, 11, 31, 23, 59), 0.75],
    ['gemini-3.7-flash', Date.UTC(2027, 0, 1), 1.5],
    ['mistral-medium-latest', Date.UTC(2026, 5, 15), 0.4],
    ['mistral-medium-latest', Date.UTC(2026, 5, 16), 1.5],
  ])('switches the price of %s with the day (%d)', (model, atMs, expected) => {
    expect(usdOf(model, { inputUncached: MILLION }, atMs)).toBe(expected);
  });

  it('never exceeds the worst case of the same sizes, for any model and any mix of buckets', () => {
    const buckets = fc.tuple(...USAGE_BUCKETS.map(() => fc.nat(400_000)));
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN_MODELS), buckets, fc.nat(50_000), (card, counts, slack) => {
        const usage: TokenUsage = {
          ...NO_USAGE,
          ...Object.fromEntries(USAGE_BUCKETS.map((name, i) => [name, counts[i]])),
        };
        const planned = {
          inputTokens: inputTokensOf(usage) + slack,
          outputTokens: outputTokensOf(usage),
          choices: 1,
        };

        expect(costOfUsage(card, usage, NOW)).toBeLessThanOrEqual(worstCaseCost(card, planned, NOW));
      }),
    );
  });
});

describe('worstCaseCost', () => {
  it('counts the cache-write price and every choice', () => {
    const planned = { inputTokens: 1_000, outputTokens: 100, choices: 3 };

    expect(worstCaseCost(cardOf('gpt-6-sol'), planned, NOW)).toBe(parseUsd('0.0055'));
  });
});

describe('service tiers', () => {
  const usage = { ...NO_USAGE, inputUncached: 1_000, cacheRead: 2_000, outputText: 100 };
  const usdIn = (tier: string | undefined, more: Partial<TokenUsage> = {}, model = 'gpt-6-sol'): number =>
    toUsdNumber(costOfUsage(cardOf(model), { ...usage, ...more }, NOW, tier));
  const isKnown = (tier: string, more: Partial<TokenUsage> = {}, model = 'gpt-6-sol'): boolean =>
    hasPriceOf(cardOf(model), { ...usage, ...more }, NOW, tier);

  it('cost what the vendor asks in the tier it names, each bucket by itself', () => {
    expect(usdIn(undefined)).toBe(0.0034);
    expect(usdIn('flex')).toBe(0.0017);
    expect(usdIn('priority')).toBe(0.0068);
    expect(usdIn('fast')).toBe(0.0068);
    expect(usdIn('flex', { inputUncached: 300_000 })).toBe(0.60115);
  });

  it.each(['default', 'standard', 'auto', 'on_demand', ''])(
    'cost the listed price when served as "%s"',
    (tier) => {
      expect(usdIn(tier)).toBe(usdIn(undefined));
      expect(isKnown(tier)).toBe(true);
    },
  );

  it('that nobody has a price for cost the listed one, and are known to be unknown', () => {
    expect(usdIn('scale')).toBe(usdIn(undefined));
    expect(isKnown('scale')).toBe(false);
    expect(isKnown('priority', {}, 'claude-opus-5-5')).toBe(false);
    expect(isKnown('flex')).toBe(true);
  });

  it('not sold for long inputs have no price there', () => {
    const long = { inputUncached: 300_000 };

    expect(isKnown('priority', {}, 'gpt-5.5')).toBe(true);
    expect(isKnown('priority', long, 'gpt-5.5')).toBe(false);
    expect(usdIn('priority', long, 'gpt-5.5')).toBe(usdIn(undefined, long, 'gpt-5.5'));
    expect(pricedServiceTiers(cardOf('gpt-5.5'), 1_000, NOW)).toEqual(['flex', 'priority']);
    expect(pricedServiceTiers(cardOf('gpt-5.5'), 300_000, NOW)).toEqual(['flex']);
  });

  it('have no price at a time whose listed price they did not stand beside', () => {
    const card = cardOf('gemini-3.7-flash');

    expect(hasPriceOf(card, usage, Date.UTC(2026, 11, 31), 'flex')).toBe(true);
    expect(hasPriceOf(card, usage, Date.UTC(2027, 0, 1), 'flex')).toBe(false);
  });

  it('at Groq: flex costs what on-demand does', () => {
    expect(usdIn('flex', {}, 'llama-3.1-8b-instant')).toBe(usdIn(undefined, {}, 'llama-3.1-8b-instant'));
    expect(isKnown('flex', {}, 'llama-3.1-8b-instant')).toBe(true);
  });

  it('are held at their dearest, since a vendor may serve as listed all the same', () => {
    const planned = { inputTokens: 1_000, outputTokens: 100, choices: 1 };
    const held = (serviceTier?: string): bigint =>
      worstCaseCost(cardOf('gpt-6-sol'), { ...planned, serviceTier }, NOW);

    expect(held('flex')).toBe(held());
    expect(held('priority')).toBe(2n * held());
    expect(held('fast')).toBe(held('priority'));
    expect(held('scale')).toBe(held());
  });

  it('never cost more than what was held for them, for any model', () => {
    const tiers = fc.constantFrom('flex', 'priority', 'default', 'scale');
    const sizes = fc.tuple(fc.nat(400_000), fc.nat(400_000), fc.nat(50_000));
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN_MODELS), tiers, tiers, sizes, (card, asked, served, counts) => {
        fc.pre(served !== 'priority' || asked === 'priority');
        const [inputUncached, cacheRead, outputText] = counts;
        const used = { ...NO_USAGE, inputUncached, cacheRead, outputText };
        const planned = {
          inputTokens: inputUncached + cacheRead,
          outputTokens: outputText,
          choices: 1,
          serviceTier: asked,
        };

        expect(costOfUsage(card, used, NOW, served)).toBeLessThanOrEqual(worstCaseCost(card, planned, NOW));
      }),
    );
  });
});

describe('comparing models before a call', () => {
  it('counts the answer as often as it is asked for', () => {
    const planned = { inputTokens: 1_000, outputTokens: 100, choices: 3 };

    expect(plainTextCost(cardOf('gpt-6-sol'), planned, NOW)).toBe(parseUsd('0.005'));
  });

  it('reckons with a warm cache from the length on that vendors keep, where reading it is cheaper', () => {
    const card = cardOf('gpt-6-sol');
    const dear = {
      ...card,
      prices: [{ validFrom: '2020-01-01', perMillion: { inputUncached: 5n, outputText: 5n, cacheRead: 9n } }],
    };
    const unlisted = {
      ...card,
      prices: [{ validFrom: '2020-01-01', perMillion: { inputUncached: 5n, outputText: 5n } }],
    };

    expect(cacheSaving(card, 1_023, NOW)).toBe(0n);
    expect(cacheSaving(card, 1_024, NOW)).toBe(parseUsd('0.0018432'));
    expect(cacheSaving(dear, 1_000_000, NOW)).toBe(0n);
    expect(cacheSaving(unlisted, 1_000_000, NOW)).toBe(0n);
  });
});

describe('a price list without a price', () => {
  const prices = { inputUncached: 5n, outputText: 7n, cacheWrite5m: 6n };

  it('of a bucket takes the nearest one that is not cheaper: an hour in the cache costs at least five minutes', () => {
    expect(priceOfBucket(prices, 'cacheWrite1h')).toBe(6n);
    expect(priceOfBucket({ inputUncached: 5n, outputText: 7n }, 'cacheWrite1h')).toBe(5n);
    expect(priceOfBucket(prices, 'reasoning')).toBe(7n);
    expect(priceOfBucket(prices, 'imageInput')).toBe(5n);
  });

  it('of a model refuses to guess', () => {
    const card = { ...cardOf('gpt-6-sol'), prices: [] };

    expect(() => costOfUsage(card, NO_USAGE, NOW)).toThrow('openai/gpt-6-sol has no price');
  });
});

describe('the price lists', () => {
  it('leave no known model without a price, which would silently take it away', () => {
    const unpriced = KNOWN_MODELS.filter(({ prices }) => prices.length === 0);

    expect(unpriced.map(({ model }) => model)).toEqual([]);
  });

  it('take a long input at exactly the size from which the vendor does', () => {
    expect(usdOf('gpt-5.6-sol', { inputUncached: 271_999 })).toBe(1.087996);
    expect(usdOf('gpt-5.6-sol', { inputUncached: 272_000 })).toBe(2.176);
  });

  it.each(KNOWN_MODELS.map((card) => [`${card.provider}/${card.model}`, card] as const))(
    '%s has sane prices, rising dates and room for its own output',
    (_model, card) => {
      const dates = card.prices.map((row) => row.validFrom);

      expect(dates).toEqual([...dates].sort());
      expect(priceRowAt(card, NOW)).toBeDefined();
      expect(card.maxOutputTokens).toBeLessThanOrEqual(card.contextTokens);
      for (const { perMillion } of card.prices) {
        if (card.kind === 'embedding') expect(perMillion.outputText).toBe(0n);
        else expect(perMillion.outputText).toBeGreaterThanOrEqual(perMillion.inputUncached);
        expect(perMillion.cacheRead ?? 0n).toBeLessThan(perMillion.inputUncached);
      }
    },
  );
});
