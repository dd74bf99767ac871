import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolConfig } from 'pg';
import type { DataSource } from 'typeorm';
import { connectionFromUrl, type DatabaseConnection } from './database-connection';
import type { DatabaseConfig } from './database.config';
import { EmbeddedDatabase } from './embedded/embedded-database';

/** `embedded`: PostgreSQL inside this process, all clients share one session. `services`: an external PostgreSQL. */
export type DatabaseShape = 'embedded' | 'services';

export interface PoolOptions {
  readonly size: number;
  /** Shown by the server in `pg_stat_activity`. */
  readonly purpose: string;
  /** Schema in which unqualified names are looked up; the embedded server has one search path for all clients. */
  readonly searchPath?: string;
}

/** The job queue's tables have a schema of their own; the embedded server ignores a client's own search path. */
const SEARCH_PATH = 'public, bullmq';

/**
 * The database this process uses, started when it is the embedded one. Owns everything connected to it, so
 * that the order at the end is certain: pools, then TypeORM's data source, then the embedded server.
 *
 * In the embedded shape think of PgBouncer with a pool size of one: never hold a transaction open while using
 * another connection.
 */
export class DatabaseServer implements OnApplicationShutdown {
  readonly #pools = new Set<Pool>();
  #dataSource: DataSource | undefined;

  private constructor(
    readonly shape: DatabaseShape,
    readonly connection: DatabaseConnection,
    private readonly connectTimeoutMs: number,
    private readonly embedded: EmbeddedDatabase | undefined,
  ) {}

  /** Reads the certificates, and starts the embedded server when no `DATABASE_URL` is configured. */
  static async start(config: DatabaseConfig, dataDirectory: string): Promise<DatabaseServer> {
    const { connectTimeoutMs } = config;
    if (config.url !== undefined) {
      return new DatabaseServer(
        'services',
        connectionFromUrl(config.url, config),
        connectTimeoutMs,
        undefined,
      );
    }
    const embedded = await EmbeddedDatabase.start({
      dataDir: dataDirectory,
      searchPath: SEARCH_PATH,
      onFailure: (error) => new Logger('Database').error(`The embedded database stopped: ${error.message}`),
    });
    return new DatabaseServer('embedded', embedded.connection, connectTimeoutMs, embedded);
  }

  /** A pool for code that cannot go through TypeORM (the job queue, LISTEN); closed here at shutdown. */
  createPool(options: PoolOptions): Pool {
    const pool = new Pool(this.poolConfig(options));
    // Without a listener an idle connection that dies ends the process; the pool replaces it by itself.
    pool.on('error', () => undefined);
    this.#pools.add(pool);
    return pool;
  }

  /** Makes the data source part of the closing order. */
  own(dataSource: DataSource): void {
    this.#dataSource = dataSource;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Ends every connection, then the embedded server. Safe to call twice. */
  async stop(): Promise<void> {
    const pools = [...this.#pools];
    this.#pools.clear();
    await Promise.all(pools.filter((pool) => !pool.ended).map((pool) => pool.end()));
    if (this.#dataSource?.isInitialized === true) await this.#dataSource.destroy();
    await this.embedded?.stop();
  }

  private poolConfig(options: PoolOptions): PoolConfig {
    const { host, port, user, password, database, tls } = this.connection;
    return {
      host,
      port,
      user,
      password,
      database,
      ssl: tls ?? false,
      max: options.size,
      application_name: `modelmuxer ${options.purpose}`,
      options: options.searchPath === undefined ? undefined : `-c search_path=${options.searchPath}`,
      connectionTimeoutMillis: this.connectTimeoutMs,
    };
  }
}
