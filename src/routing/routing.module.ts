import { Module } from '@nestjs/common';
import { provideList } from '../common/provide-list';
import { EmbeddingModule } from '../platform/embedding/embedding.module';
import { IntentClassifier } from './intent/intent-classifier';
import { QualityForecast } from './quality-forecast';
import { RouterService } from './router.service';
import { SemanticSpace } from './semantic/semantic-space';
import { routingStrategies } from './strategies/index';
import { ROUTING_STRATEGIES, type RoutingStrategy } from './strategies/routing-strategy';

/** Choice of the model. RoutingConfig comes from the global configuration module. */
@Module({
  imports: [EmbeddingModule],
  providers: [
    ...provideList<RoutingStrategy>(ROUTING_STRATEGIES, routingStrategies),
    IntentClassifier,
    SemanticSpace,
    QualityForecast,
    RouterService,
  ],
  exports: [RouterService, SemanticSpace],
})
export class RoutingModule {}
