import type { DataSourceOptions } from 'typeorm';
import type { DatabaseConnection } from './database-connection';
import { ALL_MIGRATIONS } from './migrations/all-migrations';

export interface DataSourceLimits {
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  /** 0 means no limit. */
  readonly statementTimeoutMs: number;
}

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** Time the server gets to cancel an overdue statement before the client gives the connection up. */
const CANCEL_GRACE_MS = 5_000;

/**
 * The one description of our data source: the application, the migration run at start and the TypeORM
 * command line (`ormconfig.ts`) use it, so that none of them can see another schema.
 */
export function dataSourceOptions(
  connection: DatabaseConnection,
  limits: DataSourceLimits,
  entities: PostgresOptions['entities'] = [],
): PostgresOptions {
  const guarded = limits.statementTimeoutMs > 0;
  return {
    type: 'postgres',
    host: connection.host,
    port: connection.port,
    username: connection.user,
    password: connection.password,
    database: connection.database,
    ssl: connection.tls ?? false,
    applicationName: 'modelmuxer',
    entities,
    migrations: [...ALL_MIGRATIONS],
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    migrationsRun: false,
    synchronize: false,
    installExtensions: false,
    poolSize: limits.poolSize,
    connectTimeoutMS: limits.connectTimeoutMs,
    poolErrorHandler: ignoreIdleConnectionLoss,
    extra: guarded
      ? {
          statement_timeout: limits.statementTimeoutMs,
          query_timeout: limits.statementTimeoutMs + CANCEL_GRACE_MS,
        }
      : {},
  };
}

/** The pool replaces a connection that died while idle; the next query that fails reports the outage with its context. */
function ignoreIdleConnectionLoss(): void {
  return undefined;
}
