import fc from 'fast-check';
import { parseUsd, toUsdNumber } from '../common/money';
import { NO_USAGE, USAGE_BUCKETS, inputTokensOf, outputTokensOf, type TokenUsage } from '../llm/token-usage';
import { KNOWN_MODELS } from './known-models';
import type { ModelCard } from './model-card';
import { costOfUsage, priceRowAt, worstCaseCost } from './price-book';

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
