import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { Secret } from '../../../src/platform/config/secret';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options';
import {
  connectionFromUrl,
  type DatabaseConnection,
} from '../../../src/platform/database/database-connection';
import { EmbeddedDatabase } from '../../../src/platform/database/embedded/embedded-database';
import { ALL_MIGRATIONS } from '../../../src/platform/database/migrations/all-migrations';
import { runMigrations } from '../../../src/platform/database/run-migrations';
import { allEntities } from '../../support/entities';
import { createDatabase, describeWithPostgres, type TestDatabase } from '../../support/services';

const LIMITS = { poolSize: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 0 };
const NO_FILES = { caFile: undefined, clientCertFile: undefined, clientKeyFile: undefined };
const RUN = { connectTimeoutMs: 5_000, waitMs: 20_000 };

async function open(connection: DatabaseConnection): Promise<DataSource> {
  return new DataSource(dataSourceOptions(connection, LIMITS, await allEntities())).initialize();
}

/** Names of our tables, partitions included, and functions. */
async function ownObjects(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'
     UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

function guarantees(connect: () => DatabaseConnection): void {
  it('migrates up, all the way down to nothing, and up again', async () => {
    const dataSource = await open(connect());
    const up = await dataSource.runMigrations();
    const objects = await ownObjects(dataSource);

    for (const _ of ALL_MIGRATIONS) await dataSource.undoLastMigration();
    const left = await ownObjects(dataSource);
    await dataSource.runMigrations();
    const again = await ownObjects(dataSource);
    await dataSource.destroy();

    expect(up).toHaveLength(ALL_MIGRATIONS.length);
    expect(objects).toEqual(
      expect.arrayContaining(['api_key', 'app_user', 'membership', 'organization', 'project']),
    );
    expect(left).toEqual([]);
    expect(again).toEqual(objects);
  });

  it('leaves no difference between the migrated schema and the entities', async () => {
    await runMigrations(connect(), RUN);
    const dataSource = await open(connect());

    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();

    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
}

describe('migrations on the embedded database', () => {
  let folder: string;
  let database: EmbeddedDatabase;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mm-migrations-'));
    database = await EmbeddedDatabase.start({ dataDir: folder, searchPath: 'public, bullmq' });
  }, 90_000);
  afterAll(async () => {
    await database.stop();
    rmSync(folder, { recursive: true });
  });

  guarantees(() => database.connection);
});

describeWithPostgres('migrations on PostgreSQL', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  guarantees(() => connectionFromUrl(new Secret(database.url), NO_FILES));

  it('lets processes that start together take turns, so that each migration runs once', async () => {
    const connection = connectionFromUrl(new Secret(database.url), NO_FILES);
    const dataSource = await open(connection);
    for (const _ of ALL_MIGRATIONS) await dataSource.undoLastMigration();
    await dataSource.destroy();

    const runs = await Promise.all([runMigrations(connection, RUN), runMigrations(connection, RUN)]);

    expect(runs.flat()).toHaveLength(ALL_MIGRATIONS.length);
  });

  it('gives up with a clear message when another process keeps migrating', async () => {
    const connection = connectionFromUrl(new Secret(database.url), NO_FILES);
    const other = await open(connection);
    const runner = other.createQueryRunner();
    await runner.query('SELECT pg_advisory_lock(4951763600001)');

    const attempt = runMigrations(connection, { ...RUN, waitMs: 300 });

    await expect(attempt).rejects.toThrow('Another process has been migrating');
    await runner.release();
    await other.destroy();
  });
});
