import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../../src/platform/config/load-config';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options';
import { DatabaseServer } from '../../../src/platform/database/database-server';
import { DatabaseConfig } from '../../../src/platform/database/database.config';
import { createDatabase, describeWithPostgres, type TestDatabase } from '../../support/services';

const read = (raw: Record<string, string>): DatabaseConfig =>
  loadConfig([DatabaseConfig], raw).get(DatabaseConfig);

describe('DatabaseServer without DATABASE_URL', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mm-server-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('ends pools, data source and embedded server in this order, and keeps the data', async () => {
    const server = await DatabaseServer.start(read({}), dataDir);
    const pool = server.createPool({ size: 2, purpose: 'test' });
    const dataSource = await new DataSource(dataSourceOptions(server.connection, read({}))).initialize();
    server.own(dataSource);
    await pool.query('CREATE TABLE note (text text)');
    await dataSource.query(`INSERT INTO note VALUES ('kept')`);

    await server.stop();
    await server.stop();
    const again = await DatabaseServer.start(read({}), dataDir);
    const { rows } = await again.createPool({ size: 1, purpose: 'test' }).query('SELECT text FROM note');
    await again.stop();

    expect(server.shape).toBe('embedded');
    expect(pool.ended).toBe(true);
    expect(dataSource.isInitialized).toBe(false);
    expect(rows).toEqual([{ text: 'kept' }]);
  });
});

describeWithPostgres('DatabaseServer with DATABASE_URL', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  it('connects to it, and cancels a statement that runs too long', async () => {
    const config = read({ DATABASE_URL: database.url, DATABASE_STATEMENT_TIMEOUT_MS: '200' });
    const server = await DatabaseServer.start(config, '/nowhere');
    const dataSource = await new DataSource(dataSourceOptions(server.connection, config)).initialize();
    server.own(dataSource);

    const slow = dataSource.query('SELECT pg_sleep(20)');

    await expect(slow).rejects.toThrow('canceling statement due to statement timeout');
    expect(server.shape).toBe('services');
    await server.stop();
  });

  it('reports an unreachable server within the connect timeout', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const config = read({ DATABASE_URL: url.toString(), DATABASE_CONNECT_TIMEOUT_MS: '500' });
    const server = await DatabaseServer.start(config, '/nowhere');

    await expect(server.createPool({ size: 1, purpose: 'test' }).query('SELECT 1')).rejects.toThrow(
      'ECONNREFUSED',
    );
    await server.stop();
  });
});
