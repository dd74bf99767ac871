import type { MigrationInterface, QueryRunner } from 'typeorm';

const PLAN = `
  CREATE TABLE plan (
    name text CONSTRAINT plan_pk PRIMARY KEY,
    limits jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plan_name_form CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$')
  )`;

/** Plans are data: these are a beginning, an administrator changes them by the API. */
const PLANS = `
  INSERT INTO plan (name, limits) VALUES
    ('standard', '{}'),
    ('free', '{"max_users": 3, "max_api_keys": 5, "max_projects": 1, "requests_per_minute": 20, "requests_per_day": 1000, "tokens_per_day": 500000}'),
    ('team', '{"max_users": 50, "max_api_keys": 200, "max_projects": 20, "requests_per_minute": 1000, "requests_per_day": 200000}')`;

const CUSTOM_ROLE = `
  CREATE TABLE custom_role (
    organization_id text NOT NULL
      CONSTRAINT custom_role_organization_fk REFERENCES organization (id) ON DELETE RESTRICT,
    name text NOT NULL,
    permissions text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT custom_role_pk PRIMARY KEY (organization_id, name),
    CONSTRAINT custom_role_name_form CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$')
  )`;

/** Plans with their limits, custom roles, and a membership that can be suspended and limited. */
export class CreateTenancyManagement1764100000000 implements MigrationInterface {
  readonly name = 'CreateTenancyManagement1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PLAN);
    await runner.query(PLANS);
    // Plans were free text before.
    await runner.query(
      `INSERT INTO plan (name) SELECT DISTINCT plan FROM organization ON CONFLICT DO NOTHING`,
    );
    await runner.query(`ALTER TABLE organization ADD COLUMN limits jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(
      `ALTER TABLE organization ADD CONSTRAINT organization_plan_fk FOREIGN KEY (plan) REFERENCES plan (name) ON DELETE RESTRICT`,
    );
    await runner.query(CUSTOM_ROLE);
    await runner.query(`ALTER TABLE membership ADD COLUMN status text NOT NULL DEFAULT 'active'`);
    await runner.query(`ALTER TABLE membership ADD COLUMN limits jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(
      `ALTER TABLE membership ADD CONSTRAINT membership_status_known CHECK (status IN ('active', 'suspended'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE membership DROP COLUMN status, DROP COLUMN limits');
    await runner.query('DROP TABLE custom_role');
    await runner.query('ALTER TABLE organization DROP CONSTRAINT organization_plan_fk, DROP COLUMN limits');
    await runner.query('DROP TABLE plan');
  }
}
