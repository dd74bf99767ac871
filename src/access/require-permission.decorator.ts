import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import type { Permission } from './permissions';

/** Metadata key under which the permissions guard finds what a route needs. */
export const REQUIRED_PERMISSIONS = Symbol('REQUIRED_PERMISSIONS');

/** Guards a route and documents it: the caller needs any one of the permissions named. */
export function RequirePermission(
  ...permissions: [Permission, ...Permission[]]
): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_PERMISSIONS, permissions),
    ApiBearerAuth('bearer'),
    ApiSecurity('api-key'),
  );
}
