import { Module, type DynamicModule } from '@nestjs/common';
import { CONFIG_CLASSES } from './config-classes';
import { JobsModule } from './jobs.module';
import { ConfigModule } from './platform/config/config.module';
import type { LoadedConfig } from './platform/config/load-config';
import { DatabaseModule } from './platform/database/database.module';
import { TelemetryConfig } from './telemetry/telemetry.config';
import { TelemetryModule } from './telemetry/telemetry.module';

/** The worker process of the services shape: background jobs, no HTTP but the metrics port. */
@Module({})
export class WorkerModule {
  static forRoot(config: LoadedConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(CONFIG_CLASSES, config),
        TelemetryModule.forRoot(config.get(TelemetryConfig)),
        DatabaseModule,
        JobsModule,
      ],
    };
  }
}
