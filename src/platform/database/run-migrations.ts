import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from './data-source-options';
import type { DatabaseConnection } from './database-connection';

/** Any constant: all processes of all versions must use the same one. */
const MIGRATION_LOCK = 4_951_763_600_001;
const LOCK_POLL_MS = 200;
const OLDEST_VERSION = 150_000;

export interface MigrationOptions {
  readonly connectTimeoutMs: number;
  /** How long to wait for another process that is migrating; then the start fails. */
  readonly waitMs: number;
}

/**
 * Brings the schema up to date and returns the names of the migrations that ran here. Replicas that start
 * together take turns by an advisory lock. Uses one connection, so it also works on the embedded database.
 */
export async function runMigrations(
  connection: DatabaseConnection,
  options: MigrationOptions,
): Promise<readonly string[]> {
  const limits = { poolSize: 1, connectTimeoutMs: options.connectTimeoutMs, statementTimeoutMs: 0 };
  const dataSource = await new DataSource(dataSourceOptions(connection, limits)).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await requireSupportedVersion(runner);
    await lock(runner, options.waitMs);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    const executed = await executor.executePendingMigrations();
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return executed.map((migration) => migration.name);
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

async function requireSupportedVersion(runner: QueryRunner): Promise<void> {
  const [row] = await runner.manager.query<{ version: number; shown: string }[]>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS shown`,
  );
  if (row === undefined || row.version >= OLDEST_VERSION) return;
  throw new Error(`PostgreSQL 15 or newer is required; DATABASE_URL leads to ${row.shown}`);
}

async function lock(runner: QueryRunner, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await tryLock(runner))) {
    if (performance.now() > deadline) {
      throw new Error(`Another process has been migrating the database for more than ${waitMs} ms`);
    }
    await sleep(LOCK_POLL_MS);
  }
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = await runner.manager.query<{ taken: boolean }[]>('SELECT pg_try_advisory_lock($1) AS taken', [
    MIGRATION_LOCK,
  ]);
  return row?.taken === true;
}
