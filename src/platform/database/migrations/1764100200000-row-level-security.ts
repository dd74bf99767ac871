import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The table and the column that says whose row it is. `app.organization_id` is set by the pool for work within a tenant; the
 * owner of the tables, as which the service works otherwise, is not bound.
 */
const TABLES = [
  ['organization', 'id'],
  ['project', 'organization_id'],
  ['membership', 'organization_id'],
  ['custom_role', 'organization_id'],
  ['api_key', 'organization_id'],
  ['usage_record', 'organization_id'],
] as const;

/** Row-level security on what belongs to a tenant, as second line of defence. */
export class RowLevelSecurity1764100200000 implements MigrationInterface {
  readonly name = 'RowLevelSecurity1764100200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of TABLES) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant_isolation ON ${table}
          USING (${column} = current_setting('app.organization_id', true))
          WITH CHECK (${column} = current_setting('app.organization_id', true))`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table] of TABLES) {
      await runner.query(`DROP POLICY tenant_isolation ON ${table}`);
      await runner.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
    }
  }
}
