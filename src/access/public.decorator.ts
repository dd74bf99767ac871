import { SetMetadata } from '@nestjs/common';

/** Metadata key that the authentication guard looks for. */
export const PUBLIC_ROUTE = Symbol('PUBLIC_ROUTE');

/** Opens a route to everyone; all others need authentication. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(PUBLIC_ROUTE, true);
}
