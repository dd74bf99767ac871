import { NO_ACCESS_RULES, toAccessRules } from '../access/access-rules';
import { sampleCard, sampleOffer } from '../../test/support/routing-samples';
import type { Offer, RejectionReason } from './candidate';
import { filterOffers, type FilterRules } from './candidate-filter';

const RULES: FilterRules = {
  onlyModel: undefined,
  modelRules: [NO_ACCESS_RULES],
  regionRules: [NO_ACCESS_RULES],
  region: undefined,
  needs: { capabilities: ['tools'], inputTokens: 1000 },
  remainingBudget: 10_000_000n,
  today: '2026-06-01',
};
const card = sampleCard('openai', 'gpt-4o', { aliases: ['gpt-4o-latest'] });

const cases: readonly [RejectionReason, Partial<Offer>, Partial<FilterRules>][] = [
  ['not_requested', {}, { onlyModel: 'gpt-5' }],
  ['retired', { card: { ...card, retiresOn: '2026-05-31' } }, {}],
  ['no_api_key', { hasApiKey: false }, {}],
  ['policy_denied', {}, { modelRules: [NO_ACCESS_RULES, toAccessRules(undefined, ['gpt-4o-latest'])] }],
  ['policy_denied', {}, { modelRules: [toAccessRules(['gpt-3.5-turbo'])] }],
  ['region_denied', {}, { regionRules: [toAccessRules(['eu'])] }],
  ['region_denied', {}, { region: 'eu' }],
  ['capability_missing', { card: { ...card, capabilities: { ...card.capabilities, tools: false } } }, {}],
  ['capability_missing', { card: { ...card, kind: 'embedding' } }, {}],
  ['context_too_small', { card: { ...card, contextTokens: 1000 } }, {}],
  ['unpriced', { cost: undefined }, {}],
  ['over_budget', { cost: { expected: 1n, worstCase: 10_000_001n } }, {}],
  ['circuit_open', { breaker: 'open' }, {}],
];

describe('filterOffers', () => {
  it.each(cases)('rules out with %s', (reason, offer, rules) => {
    const { candidates, rejected } = filterOffers([sampleOffer(card, offer)], { ...RULES, ...rules });

    expect(candidates).toEqual([]);
    expect(rejected.map((entry) => entry.reason)).toEqual([reason]);
  });

  it('lets through what passes every check, at the very edge of budget and last day of service', () => {
    const offer = sampleOffer(
      { ...card, retiresOn: '2026-06-01' },
      {
        breaker: 'half_open',
        health: 0.876,
        latencyMs: 12.6,
        cost: { expected: 7n, worstCase: 10_000_000n },
      },
    );

    const { candidates } = filterOffers([offer], { ...RULES, onlyModel: 'OpenAI/gpt-4o-latest' });

    expect(candidates).toEqual([
      expect.objectContaining({ halfOpen: true, healthPercent: 88, latencyMs: 13, expectedCost: 7n }),
    ]);
  });

  it('knows the model with the warm cache by its name, also when it has prices of its own', () => {
    const affinity = { card: { ...card, prices: [] }, region: 'us', saving: 7n };
    const { candidates } = filterOffers(
      [sampleOffer(card, { region: 'us' }), sampleOffer(card, { region: 'eu' })],
      {
        ...RULES,
        affinity,
      },
    );

    expect(candidates.map(({ cacheSaving }) => cacheSaving)).toEqual([7n, 0n]);
  });
});
