import type { MigrationInterface, QueryRunner } from 'typeorm';

const AUDIT_CHAIN = `
  CREATE TABLE audit_chain (
    organization_id text CONSTRAINT audit_chain_pk PRIMARY KEY,
    first_sequence bigint NOT NULL DEFAULT 1,
    first_previous_hash text NOT NULL,
    last_sequence bigint NOT NULL DEFAULT 0,
    last_hash text NOT NULL
  )`;

const AUDIT_SUBJECT = `
  CREATE TABLE audit_subject (
    organization_id text NOT NULL,
    subject text NOT NULL,
    user_id text NOT NULL,
    secret text NOT NULL,
    CONSTRAINT audit_subject_pk PRIMARY KEY (organization_id, subject),
    CONSTRAINT audit_subject_user_unique UNIQUE (organization_id, user_id)
  )`;

const AUDIT_EVENT = `
  CREATE TABLE audit_event (
    organization_id text NOT NULL,
    sequence bigint NOT NULL,
    event_id text NOT NULL CONSTRAINT audit_event_id_unique UNIQUE,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    actor_kind text NOT NULL,
    actor_subject text,
    api_key_id text,
    target_kind text,
    target_id text,
    request_id text,
    data jsonb NOT NULL,
    address text,
    address_salt text,
    address_hash text,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_event_pk PRIMARY KEY (organization_id, sequence)
  )`;

/** The audit trail, its chains and the people behind its pseudonyms. */
export class CreateAuditTrail1764300000000 implements MigrationInterface {
  readonly name = 'CreateAuditTrail1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of [AUDIT_CHAIN, AUDIT_SUBJECT, AUDIT_EVENT]) await runner.query(table);
    await runner.query('CREATE INDEX audit_event_time_index ON audit_event (organization_id, occurred_at)');
    await runner.query(
      'CREATE INDEX audit_event_action_index ON audit_event (organization_id, action, sequence)',
    );
    await runner.query(
      'CREATE INDEX audit_event_subject_index ON audit_event (organization_id, actor_subject, sequence)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_event', 'audit_subject', 'audit_chain'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
