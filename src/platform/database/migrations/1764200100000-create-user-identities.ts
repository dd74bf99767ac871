import type { MigrationInterface, QueryRunner } from 'typeorm';

const USER_IDENTITY = `
  CREATE TABLE user_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id text NOT NULL CONSTRAINT user_identity_user_fk REFERENCES app_user (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_identity_pk PRIMARY KEY (issuer, subject)
  )`;

/** Who users are at the identity service they log in through. */
export class CreateUserIdentities1764200100000 implements MigrationInterface {
  readonly name = 'CreateUserIdentities1764200100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(USER_IDENTITY);
    await queryRunner.query('CREATE INDEX user_identity_user_index ON user_identity (user_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE user_identity');
  }
}
