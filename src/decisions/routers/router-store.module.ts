import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock, SystemClock } from '../../common/clock';
import { PubSubModule } from '../../platform/pub-sub/pub-sub.module';
import { ActiveRouters } from './active-routers';
import { RouterActivationEntity } from './router-activation.entity';
import { TrainedRouterEntity } from './trained-router.entity';
import { TrainedRouterRepository } from './trained-router.repository';

/** The tables of trained routers and which of them count; all that a worker needs. */
@Module({
  imports: [PubSubModule, TypeOrmModule.forFeature([TrainedRouterEntity, RouterActivationEntity])],
  providers: [TrainedRouterRepository, ActiveRouters, { provide: Clock, useClass: SystemClock }],
  exports: [TrainedRouterRepository, ActiveRouters],
})
export class RouterStoreModule {}
