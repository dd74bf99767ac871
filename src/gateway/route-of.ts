import type { GatewayRequest } from '../access/gateway-request';

/** The template of the route that answers, for metrics. */
export function routeOf(request: GatewayRequest): string {
  const route: unknown = request.route;
  const path: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined;
  return typeof path === 'string' ? path : 'unmatched';
}
