import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['trained_router', 'router_activation'] as const;

/** Trained routers of tenants, and which of them counted when. */
export class CreateTrainedRouters1764700300000 implements MigrationInterface {
  readonly name = 'CreateTrainedRouters1764700300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE trained_router (
        router_id text NOT NULL,
        organization_id text NOT NULL,
        name text NOT NULL,
        fingerprint text NOT NULL,
        origin text NOT NULL,
        content text NOT NULL,
        facts jsonb NOT NULL,
        verdict jsonb,
        learned_until date,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (router_id)
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX trained_router_fingerprint ON trained_router (organization_id, fingerprint)',
    );
    await runner.query(`
      CREATE TABLE router_activation (
        activation_id text NOT NULL,
        organization_id text NOT NULL,
        router_id text,
        activated_at timestamptz NOT NULL DEFAULT now(),
        rolled_back_at timestamptz,
        PRIMARY KEY (activation_id)
      )`);
    await runner.query(
      `CREATE INDEX router_activation_standing ON router_activation (organization_id, activation_id)
       WHERE rolled_back_at IS NULL`,
    );
    await runner.query('CREATE INDEX router_activation_router ON router_activation (router_id)');
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`
        CREATE POLICY tenant_isolation ON ${table}
          USING (organization_id = current_setting('app.organization_id', true))
          WITH CHECK (organization_id = current_setting('app.organization_id', true))`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE router_activation');
    await runner.query('DROP TABLE trained_router');
  }
}
