import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { LoggingModule } from '../platform/logging/logging.module';
import { createTracing } from './create-tracing';
import { MetricsController } from './metrics.controller';
import { MetricsServer } from './metrics-server';
import { MetricsService } from './metrics.service';
import { RequestTelemetry } from './request-telemetry';
import { TelemetryConfig } from './telemetry.config';
import { TelemetryInterceptor } from './telemetry.interceptor';
import { Tracing } from './tracing';

/** Metrics, tracing and the access line, for every module. */
@Global()
@Module({})
export class TelemetryModule implements OnApplicationShutdown {
  constructor(@Inject(Tracing) private readonly tracing: Tracing) {}

  /** The path of the endpoint is part of the routing table, so the configuration is needed here already. */
  static forRoot(config: TelemetryConfig): DynamicModule {
    const endpoint = PrometheusModule.register({
      controller: MetricsController,
      path: config.metricsPath,
      // Collected by MetricsService into its own registry, so that several applications fit in one process.
      defaultMetrics: { enabled: false },
    });
    return {
      module: TelemetryModule,
      imports: [LoggingModule, ...(config.metricsEnabled ? [endpoint] : [])],
      providers: [
        MetricsService,
        MetricsServer,
        RequestTelemetry,
        TelemetryInterceptor,
        { provide: Tracing, inject: [TelemetryConfig], useFactory: createTracing },
      ],
      exports: [MetricsService, RequestTelemetry, TelemetryInterceptor, Tracing],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tracing.shutdown();
  }
}
