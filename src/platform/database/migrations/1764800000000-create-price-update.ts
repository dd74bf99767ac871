import type { MigrationInterface, QueryRunner } from 'typeorm';

const PRICE_UPDATE = `
  CREATE TABLE price_update (
    id text CONSTRAINT price_update_pk PRIMARY KEY,
    organization_id text,
    provider text NOT NULL,
    model text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    per_million jsonb NOT NULL,
    tier jsonb,
    source text NOT NULL,
    status text NOT NULL,
    findings text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT price_update_organization_fk FOREIGN KEY (organization_id)
      REFERENCES organization (id) ON DELETE CASCADE,
    CONSTRAINT price_update_status_known CHECK (status IN ('active', 'quarantined', 'rejected', 'withdrawn')),
    CONSTRAINT price_update_order CHECK (valid_to IS NULL OR valid_to > valid_from)
  )`;

/** Prices entered while the service runs: corrections of the list, and what single organizations have negotiated. */
export class CreatePriceUpdate1764800000000 implements MigrationInterface {
  readonly name = 'CreatePriceUpdate1764800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(PRICE_UPDATE);
    await queryRunner.query('CREATE INDEX price_update_model_index ON price_update (provider, model)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE price_update');
  }
}
