import { Module } from '@nestjs/common';
import { provideList } from '../common/provide-list';
import { EmbeddingModule } from '../platform/embedding/embedding.module';
import { RouterService } from './router.service';
import { routingStrategies } from './strategies/index';
import { ROUTING_STRATEGIES, type RoutingStrategy } from './strategies/routing-strategy';

/** Choice of the model. RoutingConfig comes from the global configuration module. */
@Module({
  imports: [EmbeddingModule],
  providers: [...provideList<RoutingStrategy>(ROUTING_STRATEGIES, routingStrategies), RouterService],
  exports: [RouterService],
})
export class RoutingModule {}
