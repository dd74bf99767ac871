import type { ModelCatalog } from '../../src/catalog/model-catalog';
import { EffectivePrices } from '../../src/catalog/prices/effective-prices';
import type { PriceUpdateEntity } from '../../src/catalog/prices/price-update.entity';
import type { PriceUpdateRepository } from '../../src/catalog/prices/price-update.repository';
import { InProcessPubSub } from '../../src/platform/pub-sub/in-process-pub-sub';

/** The prices of the list, with these updates laid over it once `onModuleInit` has run. */
export function listedPrices(
  catalog: ModelCatalog,
  updates: readonly PriceUpdateEntity[] = [],
): EffectivePrices {
  const repository: Pick<PriceUpdateRepository, 'listActive'> = {
    listActive: () => Promise.resolve(updates.filter(({ status }) => status === 'active')),
  };
  return new EffectivePrices(catalog, repository as PriceUpdateRepository, new InProcessPubSub());
}
