import type { MigrationInterface, QueryRunner } from 'typeorm';

const AUTH_SESSION = `
  CREATE TABLE auth_session (
    id text CONSTRAINT auth_session_pk PRIMARY KEY,
    organization_id text NOT NULL,
    user_id text NOT NULL,
    method text NOT NULL,
    generation integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    refreshed_at timestamptz NOT NULL,
    idle_ends_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT auth_session_membership_fk FOREIGN KEY (organization_id, user_id)
      REFERENCES membership (organization_id, user_id) ON DELETE CASCADE,
    CONSTRAINT auth_session_method_known CHECK (method IN ('password', 'sso'))
  )`;

const LOGIN_THROTTLE = `
  CREATE TABLE login_throttle (
    subject text CONSTRAINT login_throttle_pk PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz
  )`;

/** Log-ins of people, and the counters that slow guessing down. */
export class CreateSessions1764200000000 implements MigrationInterface {
  readonly name = 'CreateSessions1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(AUTH_SESSION);
    await queryRunner.query('CREATE INDEX auth_session_user_index ON auth_session (user_id)');
    await queryRunner.query('CREATE INDEX auth_session_end_index ON auth_session (ends_at)');
    await queryRunner.query(LOGIN_THROTTLE);
    await queryRunner.query('CREATE INDEX login_throttle_last_index ON login_throttle (last_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE login_throttle');
    await queryRunner.query('DROP TABLE auth_session');
  }
}
