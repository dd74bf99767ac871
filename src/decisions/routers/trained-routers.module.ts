import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/clock';
import { LearningStoreModule } from '../learning/learning-store.module';
import { RouterStoreModule } from './router-store.module';
import { RouterUploadController } from './router-upload.controller';
import { TrainedRoutersController } from './trained-routers.controller';
import { TrainedRoutersService } from './trained-routers.service';

/** Routes of trained routers. */
@Module({
  imports: [RouterStoreModule, LearningStoreModule],
  controllers: [RouterUploadController, TrainedRoutersController],
  providers: [TrainedRoutersService, { provide: Clock, useClass: SystemClock }],
  exports: [RouterStoreModule],
})
export class TrainedRoutersModule {}
