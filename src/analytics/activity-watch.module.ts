import { Module } from '@nestjs/common';
import { PERIODIC_TASKS, type PeriodicTask } from '../platform/queue/periodic-task';
import { PeriodicTasks } from '../platform/queue/periodic-tasks';
import { SecurityEventsModule } from '../tenancy/security/security-events.module';
import { ActivityWatch } from './activity-watch';

/** The watch over what API keys do; runs in one API process at a time. */
@Module({
  imports: [SecurityEventsModule],
  providers: [
    ActivityWatch,
    {
      provide: PERIODIC_TASKS,
      inject: [ActivityWatch],
      useFactory: (...tasks: PeriodicTask[]): readonly PeriodicTask[] => tasks,
    },
    PeriodicTasks,
  ],
})
export class ActivityWatchModule {}
