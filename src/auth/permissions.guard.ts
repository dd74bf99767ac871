import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { GatewayRequest } from '../access/gateway-request';
import { missingPermission } from '../access/missing-permission';
import type { Permission } from '../access/permissions';
import { PUBLIC_ROUTE } from '../access/public.decorator';
import { REQUIRED_PERMISSIONS } from '../access/require-permission.decorator';

/** Deny by default: a route that is neither public nor names a permission the caller has is refused. */
@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, targets)) return true;
    const anyOf =
      this.reflector.getAllAndOverride<readonly Permission[] | undefined>(REQUIRED_PERMISSIONS, targets) ??
      [];
    const { caller } = context.switchToHttp().getRequest<GatewayRequest>().state;
    if (caller !== undefined && anyOf.some((permission) => caller.permissions.has(permission))) return true;
    throw missingPermission(anyOf);
  }
}
