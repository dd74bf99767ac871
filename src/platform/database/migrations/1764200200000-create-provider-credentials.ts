import type { MigrationInterface, QueryRunner } from 'typeorm';

const PROVIDER_CREDENTIAL = `
  CREATE TABLE provider_credential (
    id text CONSTRAINT provider_credential_pk PRIMARY KEY,
    organization_id text NOT NULL
      CONSTRAINT provider_credential_organization_fk REFERENCES organization (id) ON DELETE CASCADE,
    provider text NOT NULL,
    name text NOT NULL,
    key_id text NOT NULL,
    sealed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_credential_provider_unique UNIQUE (organization_id, provider)
  )`;

/** Keys of vendors that organizations bring along, encrypted. */
export class CreateProviderCredentials1764200200000 implements MigrationInterface {
  readonly name = 'CreateProviderCredentials1764200200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(PROVIDER_CREDENTIAL);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE provider_credential');
  }
}
