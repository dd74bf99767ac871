import { Module } from '@nestjs/common';
import { AlertDesk } from './analytics/alerts/alert-desk';
import { AlertProcessor } from './analytics/alerts/alert.processor';
import { AlertsModule } from './analytics/alerts/alerts.module';
import { BudgetAlerts } from './analytics/alerts/budget-alerts';
import { LedgerAlerts } from './analytics/alerts/ledger-alerts';
import { ServiceAlerts } from './analytics/alerts/service-alerts';
import { AuditJobsModule } from './audit/audit-jobs.module';
import { AuditProcessor } from './audit/trail/audit.processor';
import { ExpiredHoldRows } from './cost/ledger/expired-hold-rows';
import { LedgerModule } from './cost/ledger/ledger.module';
import { LedgerUpkeep } from './cost/ledger/ledger-upkeep';
import { RequestProcessor } from './cost/ledger/request.processor';
import { RollupZones } from './cost/ledger/rollup-zones';
import { UsageProcessor } from './cost/ledger/usage.processor';
import { LearningJobsModule } from './decisions/learning/learning-jobs.module';
import { RouterLearning } from './decisions/learning/router-learning';
import { DecisionProcessor } from './decisions/store/decision.processor';
import { DecisionStoreModule } from './decisions/store/decision-store.module';
import { JOB_PROCESSORS, type JobProcessor } from './platform/queue/job-processor';
import { JobWorkers } from './platform/queue/job-workers';
import { PERIODIC_TASKS, type PeriodicTask } from './platform/queue/periodic-task';
import { PeriodicTasks } from './platform/queue/periodic-tasks';
import { QueueModule } from './platform/queue/queue.module';

/** Everything that runs background jobs: in the worker process, or in the API process when it is the only one. */
@Module({
  imports: [
    QueueModule,
    LedgerModule,
    AlertsModule,
    DecisionStoreModule,
    AuditJobsModule,
    LearningJobsModule,
  ],
  providers: [
    {
      provide: JOB_PROCESSORS,
      inject: [UsageProcessor, RequestProcessor, AlertProcessor, DecisionProcessor, AuditProcessor],
      useFactory: (...processors: JobProcessor[]): readonly JobProcessor[] => processors,
    },
    JobWorkers,
    {
      provide: PERIODIC_TASKS,
      inject: [
        LedgerUpkeep,
        ExpiredHoldRows,
        RollupZones,
        AlertDesk,
        BudgetAlerts,
        ServiceAlerts,
        LedgerAlerts,
        RouterLearning,
      ],
      useFactory: (...tasks: PeriodicTask[]): readonly PeriodicTask[] => tasks,
    },
    PeriodicTasks,
  ],
})
export class JobsModule {}
