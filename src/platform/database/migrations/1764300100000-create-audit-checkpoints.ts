import type { MigrationInterface, QueryRunner } from 'typeorm';

const AUDIT_CHECKPOINT = `
  CREATE TABLE audit_checkpoint (
    organization_id text NOT NULL,
    sequence bigint NOT NULL,
    first_sequence bigint NOT NULL,
    key_id text NOT NULL,
    hash text NOT NULL,
    first_previous_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    public_key text NOT NULL,
    signature text NOT NULL,
    anchored text[] NOT NULL DEFAULT '{}',
    CONSTRAINT audit_checkpoint_pk PRIMARY KEY (organization_id, sequence, first_sequence, key_id)
  )`;

/** Signed checkpoints of the audit trail, and how far they cover it. */
export class CreateAuditCheckpoints1764300100000 implements MigrationInterface {
  readonly name = 'CreateAuditCheckpoints1764300100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(AUDIT_CHECKPOINT);
    await runner.query('CREATE INDEX audit_checkpoint_time_index ON audit_checkpoint (created_at)');
    await runner.query('ALTER TABLE audit_chain ADD checkpoint_sequence bigint NOT NULL DEFAULT 0');
    await runner.query('ALTER TABLE audit_chain ADD checkpointed_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_chain DROP checkpointed_at');
    await runner.query('ALTER TABLE audit_chain DROP checkpoint_sequence');
    await runner.query('DROP TABLE audit_checkpoint');
  }
}
