import { Pool, type PoolClient } from 'pg';
import { currentTenant } from './tenant-scope';
import { TENANT_ROLE } from './row-security';

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void;

/** No organization has this id; a connection without one sees no row. */
const NOBODY = '';
const ENTER = `SELECT set_config('role', $1, false), set_config('app.organization_id', $2, false)`;

/**
 * A pool whose connections take on the tenant of the work they are lent to: within a tenant, a role that row-level security
 * binds; otherwise the service's own. A connection that is lent to the same tenant again costs nothing.
 */
export class TenantPool extends Pool {
  readonly #scopes = new WeakMap<PoolClient, string>();

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | undefined {
    // Read now: the callback runs where the connection was given back.
    const wanted = currentTenant();
    if (callback === undefined) return super.connect().then((client) => this.enterOrRelease(client, wanted));
    super.connect((error, client, release) => {
      if (error !== undefined || client === undefined) callback(error, client, release);
      else this.lend(client, wanted, { callback, release });
    });
    return undefined;
  }

  private lend(
    client: PoolClient,
    wanted: string | undefined,
    { callback, release }: { readonly callback: Callback; readonly release: Parameters<Callback>[2] },
  ): void {
    if (this.isIn(client, wanted)) {
      callback(undefined, client, release);
      return;
    }
    this.enter(client, wanted).then(
      () => callback(undefined, client, release),
      (error: unknown) => {
        // Nobody may get a connection whose tenant is uncertain.
        release(true);
        callback(
          error instanceof Error ? error : new Error('the tenant of a connection could not be set'),
          undefined,
          release,
        );
      },
    );
  }

  private async enterOrRelease(client: PoolClient, wanted: string | undefined): Promise<PoolClient> {
    try {
      if (!this.isIn(client, wanted)) await this.enter(client, wanted);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  private isIn(client: PoolClient, wanted: string | undefined): boolean {
    return (this.#scopes.get(client) ?? NOBODY) === (wanted ?? NOBODY);
  }

  private async enter(client: PoolClient, wanted: string | undefined): Promise<void> {
    await client.query(ENTER, [wanted === undefined ? 'none' : TENANT_ROLE, wanted ?? NOBODY]);
    this.#scopes.set(client, wanted ?? NOBODY);
  }
}
