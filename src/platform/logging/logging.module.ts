import { Module } from '@nestjs/common';
import { createLogger } from './create-logger';
import { LoggingConfig } from './logging.config';
import { NestLogger } from './nest-logger';
import { ROOT_LOGGER } from './root-logger';

/** The application's log. `app.useLogger(app.get(NestLogger))` routes every Nest `Logger` to it. */
@Module({
  providers: [
    {
      provide: ROOT_LOGGER,
      inject: [LoggingConfig],
      useFactory: (config: LoggingConfig) => createLogger(config),
    },
    NestLogger,
  ],
  exports: [ROOT_LOGGER, NestLogger],
})
export class LoggingModule {}
