import { Module } from '@nestjs/common';
import { ExtraProvidersConfig } from './extra-providers.config';
import { KNOWN_MODELS } from './known-models';
import { ModelCatalog } from './model-catalog';

@Module({
  providers: [
    {
      provide: ModelCatalog,
      inject: [ExtraProvidersConfig],
      useFactory: (extra: ExtraProvidersConfig) =>
        new ModelCatalog([
          ...KNOWN_MODELS,
          ...extra.litellmModels,
          ...extra.providers.flatMap((provider) => provider.models),
        ]),
    },
  ],
  exports: [ModelCatalog],
})
export class CatalogModule {}
