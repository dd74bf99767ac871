import type { ModelCard } from '../../src/catalog/model-card';
import type { Offer } from '../../src/routing/candidate';
import { CatalogView } from '../../src/routing/catalog-view';

/** A model card of three-letter simplicity: quality by tier, everything allowed. */
export function sampleCard(provider: string, model: string, overrides: Partial<ModelCard> = {}): ModelCard {
  return {
    provider,
    model,
    aliases: [],
    kind: 'chat',
    contextTokens: 128_000,
    maxOutputTokens: 8_192,
    capabilities: {
      reasoning: false,
      vision: true,
      audio: false,
      files: true,
      tools: true,
      jsonMode: true,
      jsonSchema: true,
      logprobs: true,
      multipleChoices: true,
    },
    regions: ['us', 'eu'],
    quality: { general: 0.7, code: 0.7, reasoning: 0.7 },
    typicalTokensPerSecond: 100,
    prices: [
      { validFrom: '2026-01-01', perMillion: { inputUncached: 1_000_000_000n, outputText: 2_000_000_000n } },
    ],
    ...overrides,
  };
}

/** The tiers the requirement documents name: premium, balanced, cost-effective; two providers each. */
export const TIERED_CARDS: readonly ModelCard[] = [
  tier('openai', 'premium-a', 0.92, 90),
  tier('anthropic', 'premium-b', 0.91, 80),
  tier('openai', 'balanced-a', 0.78, 120),
  tier('mistral', 'balanced-b', 0.76, 130),
  tier('mistral', 'small-a', 0.6, 200),
  tier('anthropic', 'small-b', 0.62, 180),
];

const TIERED_COSTS = [9_000_000n, 8_500_000n, 1_200_000n, 1_300_000n, 300_000n, 350_000n];

function tier(provider: string, model: string, quality: number, typicalTokensPerSecond: number): ModelCard {
  return sampleCard(provider, model, {
    quality: { general: quality, code: quality, reasoning: quality },
    typicalTokensPerSecond,
  });
}

export function sampleOffer(card: ModelCard, overrides: Partial<Offer> = {}): Offer {
  return {
    card,
    region: card.regions[0] ?? 'global',
    hasApiKey: true,
    breaker: 'closed',
    health: 1,
    latencyMs: undefined,
    cost: { expected: 1_000_000n, worstCase: 2_000_000n },
    ...overrides,
  };
}

export function tieredOffers(): Offer[] {
  return TIERED_CARDS.map((card, i) => {
    const expected = TIERED_COSTS[i] ?? 0n;
    return sampleOffer(card, { cost: { expected, worstCase: expected * 4n } });
  });
}

export function catalogOf(cards: readonly ModelCard[]): CatalogView {
  return new CatalogView({
    version: 'c0ffee123456',
    list: () => cards,
    find: (provider, model) => cards.find((card) => card.provider === provider && card.model === model),
  });
}
