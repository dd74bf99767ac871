import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/clock';
import type { LoadedConfig } from './load-config';
import type { ConfigClass } from './setting';

/** Offers every configuration class as itself, and the clock, everywhere. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(classes: readonly ConfigClass[], config: LoadedConfig): DynamicModule {
    const settings = classes.map((configClass) => ({
      provide: configClass,
      useValue: config.get(configClass),
    }));
    return {
      module: ConfigModule,
      providers: [...settings, { provide: Clock, useClass: SystemClock }],
      exports: [...classes, Clock],
    };
  }
}
