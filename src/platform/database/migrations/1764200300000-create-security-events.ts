import type { MigrationInterface, QueryRunner } from 'typeorm';

const SECURITY_EVENT = `
  CREATE TABLE security_event (
    dedupe_key text CONSTRAINT security_event_pk PRIMARY KEY,
    organization_id text NOT NULL
      CONSTRAINT security_event_organization_fk REFERENCES organization (id) ON DELETE CASCADE,
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    address text,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    recorded_at timestamptz,
    CONSTRAINT security_event_kind_known
      CHECK (kind IN ('failed_logins', 'new_network', 'new_country', 'unusual_rate', 'unusual_spend'))
  )`;

const KEY_PLACE = `
  CREATE TABLE api_key_place (
    api_key_id text NOT NULL CONSTRAINT api_key_place_key_fk REFERENCES api_key (id) ON DELETE CASCADE,
    place text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT api_key_place_pk PRIMARY KEY (api_key_id, place)
  )`;

/** Unusual activity, and where API keys have been used from so far. */
export class CreateSecurityEvents1764200300000 implements MigrationInterface {
  readonly name = 'CreateSecurityEvents1764200300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(SECURITY_EVENT);
    await queryRunner.query(
      'CREATE INDEX security_event_pending_index ON security_event (created_at) WHERE recorded_at IS NULL',
    );
    await queryRunner.query(
      'CREATE INDEX security_event_organization_index ON security_event (organization_id)',
    );
    await queryRunner.query(KEY_PLACE);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE api_key_place');
    await queryRunner.query('DROP TABLE security_event');
  }
}
