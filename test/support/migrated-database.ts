import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { Secret } from '../../src/platform/config/secret';
import { connectionFromUrl, type DatabaseConnection } from '../../src/platform/database/database-connection';
import { dataSourceOptions } from '../../src/platform/database/data-source-options';
import { EmbeddedDatabase } from '../../src/platform/database/embedded/embedded-database';
import { runMigrations } from '../../src/platform/database/run-migrations';
import { createDatabase } from './services';

const LIMITS = { poolSize: 4, connectTimeoutMs: 5_000, statementTimeoutMs: 0 };
const NO_FILES = { caFile: undefined, clientCertFile: undefined, clientKeyFile: undefined };

/** A database with our schema and nothing in it. */
export interface MigratedDatabase {
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

export async function openEmbedded(): Promise<MigratedDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'mm-database-'));
  const database = await EmbeddedDatabase.start({ dataDir: folder, searchPath: 'public, bullmq' });
  const dataSource = await migrate(database.connection);
  return {
    dataSource,
    async close() {
      await dataSource.destroy();
      await database.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function openPostgres(): Promise<MigratedDatabase> {
  const database = await createDatabase();
  const dataSource = await migrate(connectionFromUrl(new Secret(database.url), NO_FILES));
  return {
    dataSource,
    async close() {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

async function migrate(connection: DatabaseConnection): Promise<DataSource> {
  await runMigrations(connection, { connectTimeoutMs: 5_000, waitMs: 20_000 });
  return new DataSource(dataSourceOptions(connection, LIMITS)).initialize();
}
