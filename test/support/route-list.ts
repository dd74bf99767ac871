import { RouteProtectionCheck, type RouteProtection } from '../../src/auth/route-protection.check';
import type { TestApp } from './create-app';

/** A route as the web server knows it. */
export interface ServedRoute {
  readonly method: string;
  /** Such as `/v1/api-keys/:id`. */
  readonly path: string;
}

/**
 * Everything open to the world. A route that is added here is a decision: whoever adds one names it, and says in
 * `docs/security-notes.md` why.
 */
const PUBLIC_ROUTES: readonly string[] = [
  'GET /health',
  'GET /health/ready',
  'GET /health/startup',
  'GET /metrics/prometheus',
  'GET /docs',
  'GET /openapi.json',
  'GET /openapi.yaml',
  'POST /auth/login',
  'POST /auth/refresh',
  'GET /auth/sso/login',
  'GET /auth/sso/callback',
];

/** Files of the page with the API description. */
const PUBLIC_FILES = 'GET /docs/';

export function isPublicByList(route: string): boolean {
  return PUBLIC_ROUTES.includes(route) || route.startsWith(PUBLIC_FILES);
}

interface Layer {
  readonly route?: {
    readonly path: string | readonly string[];
    readonly methods: Readonly<Record<string, boolean>>;
  };
}

/** Every route of the running server, whoever registered it. */
export function servedRoutes(app: TestApp): readonly ServedRoute[] {
  const express = app.app.getHttpAdapter().getInstance() as {
    readonly router: { readonly stack: readonly Layer[] };
  };
  return express.router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const paths = typeof route.path === 'string' ? [route.path] : route.path;
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return paths.flatMap((path) => methods.map((method) => ({ method, path })));
  });
}

/** Every route of a controller, with what protects it. */
export function protectedRoutes(app: TestApp): readonly RouteProtection[] {
  return app.app.get(RouteProtectionCheck).listRoutes();
}

/** The path with something in the place of every parameter. */
export function fillPath(path: string, valueOf: (parameter: string) => string): string {
  return path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(valueOf(name)));
}
