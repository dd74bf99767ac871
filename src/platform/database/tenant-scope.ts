import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<string>();

/**
 * Runs work whose database queries may touch one organization only, whatever they ask for. A second line of defence beneath
 * the `organizationId` every query takes: nothing reads this scope to decide anything.
 */
export function withinTenant<T>(organizationId: string, work: () => T): T {
  return scope.run(organizationId, work);
}

/** For the few questions a management route has to ask about other tenants, such as whether an e-mail is taken. */
export function outsideTenants<T>(work: () => T): T {
  return scope.exit(work);
}

/** The organization the present work is bound to; undefined for work of the service itself. */
export function currentTenant(): string | undefined {
  return scope.getStore();
}
