import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/clock';
import { RouterStoreModule } from './router-store.module';
import { RouterUploadController } from './router-upload.controller';
import { TrainedRoutersController } from './trained-routers.controller';
import { TrainedRoutersService } from './trained-routers.service';

/** Routes of trained routers. */
@Module({
  imports: [RouterStoreModule],
  controllers: [RouterUploadController, TrainedRoutersController],
  providers: [TrainedRoutersService, { provide: Clock, useClass: SystemClock }],
  exports: [RouterStoreModule],
})
export class TrainedRoutersModule {}
