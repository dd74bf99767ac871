import { Module } from '@nestjs/common';
import { LedgerModule } from './cost/ledger/ledger.module';
import { UsageProcessor } from './cost/ledger/usage.processor';
import { JOB_PROCESSORS, type JobProcessor } from './platform/queue/job-processor';
import { JobWorkers } from './platform/queue/job-workers';
import { QueueModule } from './platform/queue/queue.module';

/** Everything that runs background jobs: in the worker process, or in the API process when it is the only one. */
@Module({
  imports: [QueueModule, LedgerModule],
  providers: [
    {
      provide: JOB_PROCESSORS,
      inject: [UsageProcessor],
      useFactory: (...processors: JobProcessor[]): readonly JobProcessor[] => processors,
    },
    JobWorkers,
  ],
})
export class JobsModule {}
