import { Module } from '@nestjs/common';
import { LearningController } from './learning.controller';
import { LearningService } from './learning.service';
import { LearningStoreModule } from './learning-store.module';

/** Routes of learning from decisions. */
@Module({
  imports: [LearningStoreModule],
  controllers: [LearningController],
  providers: [LearningService],
})
export class LearningModule {}
