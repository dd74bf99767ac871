import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PubSubModule } from '../../platform/pub-sub/pub-sub.module';
import { CatalogModule } from '../catalog.module';
import { EffectivePrices } from './effective-prices';
import { PriceUpdateEntity } from './price-update.entity';
import { PriceUpdateRepository } from './price-update.repository';
import { PriceUpdatesService } from './price-updates.service';
import { PricesController } from './prices.controller';

/** What models cost, and how that is changed while the service runs. */
@Module({
  imports: [TypeOrmModule.forFeature([PriceUpdateEntity]), CatalogModule, PubSubModule],
  controllers: [PricesController],
  providers: [PriceUpdateRepository, EffectivePrices, PriceUpdatesService],
  exports: [EffectivePrices],
})
export class PricesModule {}
