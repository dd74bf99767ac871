import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Clock, SystemClock } from '../../common/clock';
import { ErrorFilter } from './error.filter';
import { IpLimiter } from './ip-limiter';

/** The error filter for every route, and the limiter that `configureExpress` puts in front. */
@Module({
  providers: [
    IpLimiter,
    { provide: Clock, useClass: SystemClock },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [IpLimiter],
})
export class HttpServerModule {}
