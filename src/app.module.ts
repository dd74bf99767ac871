import { Module, type DynamicModule } from '@nestjs/common';
import { AnalyticsModule } from './analytics/analytics.module';
import { AuditModule } from './audit/audit.module';
import { SecurityRecorderModule } from './auth/watch/security-recorder.module';
import { CONFIG_CLASSES } from './config-classes';
import { GatewayModule } from './gateway/gateway.module';
import { ProvidersHealthCheck } from './gateway/providers.health-check';
import { HealthModule } from './health/health.module';
import { JobsModule } from './jobs.module';
import { ConfigModule } from './platform/config/config.module';
import type { LoadedConfig } from './platform/config/load-config';
import { DatabaseModule } from './platform/database/database.module';
import { SharedStoreHealthCheck } from './cost/leases/shared-store.health-check';
import { DatabaseHealthCheck } from './platform/database/database.health-check';
import { HttpServerModule } from './platform/http/http-server.module';
import { LifecycleModule } from './platform/lifecycle/lifecycle.module';
import { OutboxHealthCheck } from './platform/outbox/outbox.health-check';
import { OutboxModule } from './platform/outbox/outbox.module';
import { ActivityWatchModule } from './analytics/activity-watch.module';
import { ProviderCredentialsModule } from './providers/credentials/provider-credentials.module';
import { RedisConfig } from './platform/redis/redis.config';
import { RedisHealthCheck } from './platform/redis/redis.health-check';
import { RedisModule } from './platform/redis/redis.module';
import { TelemetryConfig } from './telemetry/telemetry.config';
import { TelemetryModule } from './telemetry/telemetry.module';

/** Conditions of readiness that belong to the platform. */
@Module({
  imports: [OutboxModule, RedisModule],
  providers: [DatabaseHealthCheck, RedisHealthCheck, SharedStoreHealthCheck, OutboxHealthCheck],
  exports: [DatabaseHealthCheck, SharedStoreHealthCheck, OutboxHealthCheck],
})
class HealthChecksModule {}

/** The API process. Without Redis it is the only process and runs the background jobs itself. */
@Module({})
export class AppModule {
  static forRoot(config: LoadedConfig): DynamicModule {
    const runsJobs = config.get(RedisConfig).address === undefined;
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(CONFIG_CLASSES, config),
        TelemetryModule.forRoot(config.get(TelemetryConfig)),
        DatabaseModule,
        AuditModule,
        LifecycleModule,
        HttpServerModule,
        GatewayModule,
        ProviderCredentialsModule,
        ActivityWatchModule,
        SecurityRecorderModule,
        AnalyticsModule,
        HealthModule.register({
          imports: [GatewayModule, HealthChecksModule],
          checks: [DatabaseHealthCheck, SharedStoreHealthCheck, ProvidersHealthCheck, OutboxHealthCheck],
        }),
        ...(runsJobs ? [JobsModule] : []),
      ],
    };
  }
}
