import type { Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AuthenticationGuard } from '../auth/authentication.guard';
import { PermissionsGuard } from '../auth/permissions.guard';
import { TelemetryInterceptor } from '../telemetry/telemetry.interceptor';
import { TenantScopeInterceptor } from './tenant-scope.interceptor';
import { RateLimitGuard } from './rate-limit.guard';

/**
 * The first half of every request's path, in the order in which it happens. Before it, `configureExpress`
 * has made the request's ids and applied the address limit; behind it, chat routes add
 * ChatBodyInterceptor and PolicyInterceptor. Failures anywhere leave through the one ErrorFilter.
 */
export const REQUEST_PIPELINE: readonly Provider[] = [
  { provide: APP_GUARD, useExisting: AuthenticationGuard },
  { provide: APP_GUARD, useClass: RateLimitGuard },
  { provide: APP_GUARD, useExisting: PermissionsGuard },
  { provide: APP_INTERCEPTOR, useExisting: TelemetryInterceptor },
  { provide: APP_INTERCEPTOR, useClass: TenantScopeInterceptor },
];
