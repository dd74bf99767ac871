import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Secret } from '../../../src/platform/config/secret';
import { connectionFromUrl } from '../../../src/platform/database/database-connection';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options';
import { prepareRowSecurity } from '../../../src/platform/database/row-security';
import { runMigrations } from '../../../src/platform/database/run-migrations';
import { TenantPool } from '../../../src/platform/database/tenant-pool';
import { outsideTenants, withinTenant } from '../../../src/platform/database/tenant-scope';
import { createDatabase, describeWithPostgres, type TestDatabase } from '../../support/services';

const NO_FILES = { caFile: undefined, clientCertFile: undefined, clientKeyFile: undefined };
const LIMITS = { poolSize: 3, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000 };

interface ProjectRow {
  readonly organization_id: string;
}

describeWithPostgres('row-level security', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createDatabase();
    const connection = connectionFromUrl(new Secret(database.url), NO_FILES);
    await runMigrations(connection, { connectTimeoutMs: 5_000, waitMs: 20_000 });
    const problems = await Promise.all([1, 2, 3].map(() => prepareRowSecurity(connection, 5_000)));
    expect(problems).toEqual([undefined, undefined, undefined]);
    dataSource = await new DataSource({
      ...dataSourceOptions(connection, LIMITS),
      driver: { Pool: TenantPool },
    }).initialize();
    for (const id of ['org_a', 'org_b']) {
      await dataSource.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $2, 'x')`, [
        id,
        id.slice(4),
      ]);
      await dataSource.query(`INSERT INTO project (id, organization_id, name) VALUES ($1, $2, 'x')`, [
        `prj_${id}`,
        id,
      ]);
    }
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const allProjects = () => dataSource.query<ProjectRow[]>('SELECT organization_id FROM project ORDER BY 1');

  it('shows a query that forgets the tenant the rows of the present tenant only', async () => {
    const rows = await withinTenant('org_a', allProjects);

    expect(rows).toEqual([{ organization_id: 'org_a' }]);
    expect(await allProjects()).toHaveLength(2);
  });

  it('shows nothing to a tenant that does not exist, and nothing to the role without a tenant', async () => {
    const none = await withinTenant('org_unknown', allProjects);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('SET ROLE modelmuxer_tenant');
    const { rows } = await client.query('SELECT * FROM project');
    await client.end();

    expect(none).toEqual([]);
    expect(rows).toEqual([]);
  });

  it('lets nobody write, move or delete rows of another tenant', async () => {
    const asA = (sql: string): Promise<unknown> => withinTenant('org_a', () => dataSource.query(sql));

    await expect(
      asA(`INSERT INTO project (id, organization_id, name) VALUES ('prj_x', 'org_b', 'y')`),
    ).rejects.toThrow(/row-level security/);
    await expect(asA(`UPDATE project SET organization_id = 'org_b'`)).rejects.toThrow(/row-level security/);
    expect(await asA(`DELETE FROM project WHERE organization_id = 'org_b' RETURNING id`)).toEqual([[], 0]);
    expect(await allProjects()).toHaveLength(2);
  });

  it('keeps tenants apart on connections that are lent to all of them in turn, transactions and failures included', async () => {
    const seen = await Promise.all(
      Array.from({ length: 60 }, async (_unused, index) => {
        const tenant = ['org_a', 'org_b', undefined][index % 3];
        const work = async (): Promise<string> => {
          if (index % 5 === 0) await dataSource.query('SELECT broken').catch(() => undefined);
          const rows = await dataSource.transaction((manager) =>
            manager.query<ProjectRow[]>('SELECT organization_id FROM project ORDER BY 1'),
          );
          return rows.map((row) => row.organization_id).join();
        };
        return [tenant ?? 'org_a,org_b', await (tenant === undefined ? work() : withinTenant(tenant, work))];
      }),
    );

    for (const [expected, actual] of seen) expect(actual).toBe(expected);
  });

  it('covers the tables of tenancy, keys, routers and the ledger', async () => {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class WHERE relrowsecurity ORDER BY 1`,
    );

    expect(rows.map(({ name }) => name)).toEqual([
      'api_key',
      'custom_role',
      'membership',
      'organization',
      'project',
      'router_activation',
      'router_learning',
      'trained_router',
      'usage_record',
    ]);
  });

  it('lets the service ask about other tenants where it says so', async () => {
    const rows = await withinTenant('org_a', () => outsideTenants(allProjects));

    expect(rows).toHaveLength(2);
  });

  it('keeps what belongs to the installation out of reach within a tenant', async () => {
    await expect(
      withinTenant('org_a', () => dataSource.query('SELECT * FROM installation_fact')),
    ).rejects.toThrow(/permission denied/);
  });
});
