import { Module, type DynamicModule, type ModuleMetadata, type Type } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock';
import { HEALTH_CHECKS, type HealthCheck } from '../platform/lifecycle/health-check';
import { LifecycleModule } from '../platform/lifecycle/lifecycle.module';
import { HealthController } from './health.controller';
import { ReadinessService } from './readiness.service';

export interface HealthModuleOptions {
  /** The modules that export the checks. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  readonly checks: readonly Type<HealthCheck>[];
}

/** The probes; which conditions readiness has is decided where the modules are put together. */
@Module({})
export class HealthModule {
  static register({ imports, checks }: HealthModuleOptions): DynamicModule {
    const list = {
      provide: HEALTH_CHECKS,
      inject: [...checks],
      useFactory: (...instances: HealthCheck[]): readonly HealthCheck[] => instances,
    };
    return {
      module: HealthModule,
      imports: [LifecycleModule, ...imports],
      controllers: [HealthController],
      providers: [list, ReadinessService, { provide: Clock, useClass: SystemClock }],
    };
  }
}
