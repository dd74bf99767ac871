import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LearningRepository } from './learning.repository';
import { RouterLearningEntity } from './router-learning.entity';

/** The table of what tenants decided about learning. */
@Module({
  imports: [TypeOrmModule.forFeature([RouterLearningEntity])],
  providers: [LearningRepository],
  exports: [LearningRepository],
})
export class LearningStoreModule {}
