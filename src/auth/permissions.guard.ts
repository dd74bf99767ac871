import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { GatewayRequest } from '../access/gateway-request';
import { missingPermission } from '../access/missing-permission';
import type { Permission } from '../access/permissions';
import { PUBLIC_ROUTE } from '../access/public.decorator';
import { REQUIRED_PERMISSIONS } from '../access/require-permission.decorator';
import { DenialJournal } from './denial-journal';

/** Deny by default: a route that is neither public nor names a permission the caller has is refused. */
@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly denials: DenialJournal,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, targets)) return true;
    const anyOf =
      this.reflector.getAllAndOverride<readonly Permission[] | undefined>(REQUIRED_PERMISSIONS, targets) ??
      [];
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    const { caller } = request.state;
    if (caller !== undefined && anyOf.some((permission) => caller.permissions.has(permission))) return true;
    if (caller !== undefined) this.denials.note(request, anyOf);
    throw missingPermission(anyOf);
  }
}
