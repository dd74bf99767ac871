import pg from 'pg';
import {
  EmbeddedDatabase,
  type EmbeddedDatabaseOptions,
} from '../../../src/platform/database/embedded/embedded-database';

/** A database for one spec file, with clients and pools that are closed with it. */
export class DatabaseFixture {
  private readonly closers: (() => Promise<unknown>)[] = [];

  private constructor(readonly database: EmbeddedDatabase) {}

  static async start(options: EmbeddedDatabaseOptions = {}): Promise<DatabaseFixture> {
    return new DatabaseFixture(await EmbeddedDatabase.start(options));
  }

  async client(options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...this.database.connection, ...options });
    client.on('error', () => undefined);
    await client.connect();
    this.closers.push(() => client.end().catch(() => undefined));
    return client;
  }

  pool(max: number): pg.Pool {
    const pool = new pg.Pool({ ...this.database.connection, max });
    pool.on('error', () => undefined);
    this.closers.push(() => pool.end());
    return pool;
  }

  /** Closes what the test opened. */
  async closeClients(): Promise<void> {
    await Promise.all(this.closers.splice(0).map((close) => close()));
  }

  async stop(): Promise<void> {
    await this.closeClients();
    await this.database.stop();
  }
}

/** How a promise stands after the event loop had time for I/O. */
export async function stateAfter(promise: Promise<unknown>, delayMs: number): Promise<'pending' | 'settled'> {
  const later = new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), delayMs));
  return Promise.race([later, promise.then(() => 'settled' as const)]);
}

export async function until(condition: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('the awaited condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
