import type { Application } from 'express';

interface RouteLayer {
  match(path: string): boolean;
  readonly route: { readonly methods: Readonly<Record<string, boolean>> };
}

/** Upper-case methods that have a route at this path; empty when the path is unknown. Only asked after a 404. */
export function allowedMethods(application: Application, path: string): readonly string[] {
  const methods = new Set<string>();
  for (const layer of routeLayersOf(application)) {
    if (!matches(layer, path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false; // A parameter that cannot be decoded.
  }
}

function routeLayersOf(application: Application): readonly RouteLayer[] {
  const router: unknown = application.router;
  const stack: unknown = typeof router === 'function' ? Reflect.get(router, 'stack') : undefined;
  return Array.isArray(stack) ? stack.filter(isRouteLayer) : [];
}

/** Express' layers have no published type; middleware layers have no route. */
function isRouteLayer(layer: unknown): layer is RouteLayer {
  if (typeof layer !== 'object' || layer === null) return false;
  const route: unknown = Reflect.get(layer, 'route');
  if (typeof route !== 'object' || route === null) return false;
  return (
    typeof Reflect.get(layer, 'match') === 'function' && typeof Reflect.get(route, 'methods') === 'object'
  );
}
