import type { MigrationInterface, QueryRunner } from 'typeorm';

const ORGANIZATION = `
  CREATE TABLE organization (
    id text CONSTRAINT organization_pk PRIMARY KEY,
    slug text NOT NULL CONSTRAINT organization_slug_unique UNIQUE,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    plan text NOT NULL DEFAULT 'standard',
    status text NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organization_slug_form CHECK (slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$' AND slug !~ '^org_'),
    CONSTRAINT organization_status_known CHECK (status IN ('active', 'suspended'))
  )`;

const PROJECT = `
  CREATE TABLE project (
    id text CONSTRAINT project_pk PRIMARY KEY,
    organization_id text NOT NULL
      CONSTRAINT project_organization_fk REFERENCES organization (id) ON DELETE RESTRICT,
    name text NOT NULL,
    status text NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT project_name_unique UNIQUE (organization_id, name),
    CONSTRAINT project_tenant_unique UNIQUE (organization_id, id),
    CONSTRAINT project_status_known CHECK (status IN ('active', 'suspended'))
  )`;

const APP_USER = `
  CREATE TABLE app_user (
    id text CONSTRAINT app_user_pk PRIMARY KEY,
    email text CONSTRAINT app_user_email_unique UNIQUE,
    name text,
    password_hash text,
    status text NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT app_user_email_lower CHECK (email = lower(email)),
    CONSTRAINT app_user_status_known CHECK (status IN ('active', 'suspended'))
  )`;

const MEMBERSHIP = `
  CREATE TABLE membership (
    organization_id text NOT NULL
      CONSTRAINT membership_organization_fk REFERENCES organization (id) ON DELETE RESTRICT,
    user_id text NOT NULL CONSTRAINT membership_user_fk REFERENCES app_user (id) ON DELETE CASCADE,
    role text NOT NULL,
    permissions text[],
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT membership_pk PRIMARY KEY (organization_id, user_id)
  )`;

const API_KEY = `
  CREATE TABLE api_key (
    id text CONSTRAINT api_key_pk PRIMARY KEY,
    organization_id text NOT NULL,
    project_id text,
    user_id text NOT NULL,
    kind text NOT NULL DEFAULT 'issued',
    name text NOT NULL,
    prefix text NOT NULL,
    hash text NOT NULL CONSTRAINT api_key_hash_unique UNIQUE,
    permissions text[] NOT NULL,
    allowed_models text[],
    allowed_ips text[],
    limits jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_key_organization_fk FOREIGN KEY (organization_id)
      REFERENCES organization (id) ON DELETE RESTRICT,
    CONSTRAINT api_key_user_fk FOREIGN KEY (user_id) REFERENCES app_user (id) ON DELETE CASCADE,
    CONSTRAINT api_key_project_fk FOREIGN KEY (organization_id, project_id)
      REFERENCES project (organization_id, id) ON DELETE RESTRICT,
    CONSTRAINT api_key_kind_known CHECK (kind IN ('issued', 'static'))
  )`;

const INSTALLATION_FACT = `
  CREATE TABLE installation_fact (
    name text CONSTRAINT installation_fact_pk PRIMARY KEY,
    value text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`;

/** Tenants, people, and the keys they call with. */
export class CreateIdentity1763600000000 implements MigrationInterface {
  readonly name = 'CreateIdentity1763600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of [ORGANIZATION, PROJECT, APP_USER, MEMBERSHIP, API_KEY, INSTALLATION_FACT]) {
      await queryRunner.query(table);
    }
    await queryRunner.query('CREATE INDEX membership_user_index ON membership (user_id)');
    await queryRunner.query('CREATE INDEX api_key_owner_index ON api_key (organization_id, user_id, id)');
    await queryRunner.query('CREATE INDEX api_key_listing_index ON api_key (organization_id, id)');
    await queryRunner.query('CREATE INDEX api_key_user_index ON api_key (user_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [
      'installation_fact',
      'api_key',
      'membership',
      'app_user',
      'project',
      'organization',
    ]) {
      await queryRunner.query(`DROP TABLE ${table}`);
    }
  }
}
