import { Injectable, RequestMethod, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PUBLIC_ROUTE } from '../access/public.decorator';
import { REQUIRED_PERMISSIONS } from '../access/require-permission.decorator';

/** Metadata that Nest's route decorators (`@Get`, `@Post` …) leave on a handler. */
const ROUTE_PATH = 'path';
const ROUTE_METHOD = 'method';

type Handler = (...args: never[]) => unknown;

/** A route of the application and how it is protected. */
export interface RouteProtection {
  /** Such as `ApiKeysController.create (POST)`. */
  readonly route: string;
  readonly method: string;
  /** Such as `/v1/api-keys/:id`. */
  readonly paths: readonly string[];
  /** Any one of these is needed; empty for a public route; undefined when somebody forgot. */
  readonly permissions: readonly string[] | undefined;
}

/** Refuses to start with a route that is neither `@Public()` nor has `@RequirePermission`: nobody would notice it later. */
@Injectable()
export class RouteProtectionCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const open = this.listRoutes().filter(({ permissions }) => permissions === undefined);
    if (open.length === 0) return;
    const names = open.map(({ route }) => route).join(', ');
    throw new Error(`Routes without @RequirePermission or @Public: ${names}`);
  }

  /** Every route of every controller. */
  listRoutes(): readonly RouteProtection[] {
    return this.discovery.getControllers().flatMap((wrapper) => {
      const type = wrapper.metatype;
      const prototype: unknown = typeof type === 'function' ? type.prototype : undefined;
      if (typeof type !== 'function' || typeof prototype !== 'object' || prototype === null) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => this.routeOf(type, prototype, name));
    });
  }

  private routeOf(
    type: Handler | NewableFunction,
    prototype: object,
    name: string,
  ): readonly RouteProtection[] {
    const handler: unknown = Reflect.get(prototype, name);
    if (!isHandler(handler) || Reflect.getMetadata(ROUTE_PATH, handler) === undefined) return [];
    const targets = [handler, type];
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true;
    const required = this.reflector.getAllAndOverride<readonly string[] | undefined>(
      REQUIRED_PERMISSIONS,
      targets,
    );
    const method: unknown = Reflect.getMetadata(ROUTE_METHOD, handler);
    const verb = (typeof method === 'number' ? RequestMethod[method] : undefined) ?? 'GET';
    return [
      {
        route: `${type.name}.${name} (${verb})`,
        method: verb,
        paths: pathsOf(type, handler),
        permissions: isPublic ? [] : required,
      },
    ];
  }
}

/** A controller may serve several paths. */
function pathsOf(type: Handler | NewableFunction, handler: Handler): readonly string[] {
  const own = textsOf(Reflect.getMetadata(ROUTE_PATH, handler));
  return textsOf(Reflect.getMetadata(ROUTE_PATH, type)).flatMap((base) =>
    own.map(
      (path) =>
        `/${[base, path]
          .map((part) => part.replace(/^\/|\/$/g, ''))
          .filter(Boolean)
          .join('/')}`,
    ),
  );
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}
