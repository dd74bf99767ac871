import type { MigrationInterface, QueryRunner } from 'typeorm';

const PRIVACY_ERASURE = `
  CREATE TABLE privacy_erasure (
    organization_id text NOT NULL,
    pseudonym text NOT NULL,
    user_id text,
    requested_at timestamptz NOT NULL,
    CONSTRAINT privacy_erasure_pk PRIMARY KEY (organization_id, pseudonym)
  )`;

/** Who was erased, for as long as rows of theirs may still be on their way. */
export class CreatePrivacyErasure1764300300000 implements MigrationInterface {
  readonly name = 'CreatePrivacyErasure1764300300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PRIVACY_ERASURE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE privacy_erasure');
  }
}
