import { listedPrices } from '../../../test/support/listed-prices';
import { costOfUsage } from '../price-book';
import { NO_USAGE } from '../../llm/token-usage';
import { ModelCatalog } from '../model-catalog';
import { OPENAI_MODELS } from '../models/openai-models';
import type { PriceUpdateEntity } from './price-update.entity';

const NOW = Date.UTC(2026, 11, 15);
const catalog = new ModelCatalog(OPENAI_MODELS);

const update = (id: string, organizationId: string | null, input: string, more = {}): PriceUpdateEntity => ({
  id,
  organizationId,
  provider: 'openai',
  model: 'gpt-4o',
  validFrom: '2026-12-01',
  validTo: null,
  serviceTiers: null,
  perMillion: { inputUncached: input, outputText: '10000000000' },
  tier: null,
  source: 'test',
  status: 'active',
  findings: [],
  createdAt: new Date(NOW),
  ...more,
});

async function pricesWith(...updates: readonly PriceUpdateEntity[]) {
  const prices = listedPrices(catalog, updates);
  await prices.onModuleInit();
  const inputOf = (organization: string, model = 'gpt-4o'): bigint => {
    const [card] = catalog.findByName(model);
    if (!card) throw new Error(`no card ${model}`);
    return costOfUsage(prices.cardFor(organization, card), { ...NO_USAGE, inputUncached: 1_000_000 }, NOW);
  };
  return { prices, inputOf, stop: () => prices.onModuleDestroy() };
}

describe('EffectivePrices', () => {
  it('hands out the very card of the list while nothing is laid over it', async () => {
    const { prices, stop } = await pricesWith();
    const [card] = catalog.findByName('gpt-4o');
    if (!card) throw new Error('no card');

    expect(prices.cardFor('org_a', card)).toBe(card);
    expect(prices.versionFor('org_a')).toBe(catalog.version);
    await stop();
  });

  it('gives an organization its negotiated price, everybody else the corrected one, other models the list’s', async () => {
    const { inputOf, stop } = await pricesWith(
      update('prc_1', null, '2000000000'),
      update('prc_2', 'org_a', '1000000000'),
    );

    expect(inputOf('org_a')).toBe(1_000_000_000n);
    expect(inputOf('org_b')).toBe(2_000_000_000n);
    expect(inputOf('org_a', 'gpt-4o-mini')).toBe(150_000_000n);
    await stop();
  });

  it('prices a dated snapshot like its model', async () => {
    const { inputOf, stop } = await pricesWith(update('prc_1', null, '2000000000'));

    expect(inputOf('org_a', 'gpt-4o-2024-08-06')).toBe(2_000_000_000n);
    await stop();
  });

  it('names another version for each set of prices, the same for the same', async () => {
    const { prices, stop } = await pricesWith(
      update('prc_1', null, '2000000000'),
      update('prc_2', 'org_a', '1000000000'),
    );

    const versions = ['org_a', 'org_b', 'org_c'].map((organization) => prices.versionFor(organization));
    expect(new Set([catalog.version, ...versions]).size).toBe(3);
    expect(versions[1]).toBe(versions[2]);
    await stop();
  });

  it('leaves quarantined prices out', async () => {
    const { inputOf, stop } = await pricesWith(update('prc_1', null, '1', { status: 'quarantined' }));

    expect(inputOf('org_a')).toBe(2_500_000_000n);
    await stop();
  });
});
