import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogModule } from '../../catalog/catalog.module';
import { Clock, SystemClock } from '../../common/clock';
import { RoutingModule } from '../../routing/routing.module';
import { ExperimentRepository } from './experiment.repository';
import { ExperimentService } from './experiment.service';
import { ExperimentsController } from './experiments.controller';
import { ModelAliasEntity } from './model-alias.entity';
import { ModelAliasRepository } from './model-alias.repository';
import { ModelAliasService } from './model-alias.service';
import { ModelAliasesController } from './model-aliases.controller';
import { RoutingExperimentEntity } from './routing-experiment.entity';
import { SteeringBook } from './steering-book';

/** What tenants decide about routing: aliases and experiments. */
@Module({
  imports: [
    TypeOrmModule.forFeature([ModelAliasEntity, RoutingExperimentEntity]),
    CatalogModule,
    RoutingModule,
  ],
  controllers: [ModelAliasesController, ExperimentsController],
  providers: [
    ModelAliasRepository,
    ModelAliasService,
    ExperimentRepository,
    ExperimentService,
    SteeringBook,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [SteeringBook],
})
export class SteeringModule {}
