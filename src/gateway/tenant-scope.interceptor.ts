import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';
import type { GatewayRequest } from '../access/gateway-request';
import { withinTenant } from '../platform/database/tenant-scope';
import { MANAGEMENT_ROUTE } from '../platform/http/management-controller.decorator';

/**
 * Binds the queries of a management route to the caller's organization. Not those of system administrators, who work across
 * tenants, and not the model routes: what these look up serves other tenants too, from memory.
 */
@Injectable()
export class TenantScopeInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const caller = context.switchToHttp().getRequest<GatewayRequest>().state.caller;
    const isBound = this.reflector.get<boolean | undefined>(MANAGEMENT_ROUTE, context.getClass()) === true;
    if (!isBound || caller === undefined || caller.permissions.has('system:admin')) return next.handle();
    return withinTenant(caller.organizationId, () => next.handle());
  }
}
