import { Module } from '@nestjs/common';
import { AuditJobsModule } from '../../audit/audit-jobs.module';
import { TrailAuditLog } from '../../audit/trail-audit-log';
import { Clock, SystemClock } from '../../common/clock';
import { RouterStoreModule } from '../routers/router-store.module';
import { DecisionStoreModule } from '../store/decision-store.module';
import { LearningLogReader } from './learning-log';
import { LearningStoreModule } from './learning-store.module';
import { RouterLearning } from './router-learning';
import { TenantLearner } from './tenant-learner';

/** Learning from decisions, in processes that run jobs. */
@Module({
  imports: [AuditJobsModule, DecisionStoreModule, RouterStoreModule, LearningStoreModule],
  providers: [
    TrailAuditLog,
    LearningLogReader,
    TenantLearner,
    RouterLearning,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [RouterLearning],
})
export class LearningJobsModule {}
