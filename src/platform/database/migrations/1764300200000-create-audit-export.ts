import type { MigrationInterface, QueryRunner } from 'typeorm';

const AUDIT_EXPORT = `
  CREATE TABLE audit_export (
    destination text NOT NULL,
    organization_id text NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT audit_export_pk PRIMARY KEY (destination, organization_id)
  )`;

const AUDIT_EXPORT_LEASE = `
  CREATE TABLE audit_export_lease (
    destination text CONSTRAINT audit_export_lease_pk PRIMARY KEY,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL
  )`;

const AUDIT_EXPORT_DEAD_LETTER = `
  CREATE TABLE audit_export_dead_letter (
    destination text NOT NULL,
    organization_id text NOT NULL,
    sequence bigint NOT NULL,
    reason text NOT NULL,
    refused_at timestamptz NOT NULL,
    retry boolean NOT NULL DEFAULT false,
    CONSTRAINT audit_export_dead_letter_pk PRIMARY KEY (destination, organization_id, sequence)
  )`;

/** How far the audit trail has been exported, by whom, and what a destination refused. */
export class CreateAuditExport1764300200000 implements MigrationInterface {
  readonly name = 'CreateAuditExport1764300200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of [AUDIT_EXPORT, AUDIT_EXPORT_LEASE, AUDIT_EXPORT_DEAD_LETTER])
      await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_export_dead_letter', 'audit_export_lease', 'audit_export'])
      await runner.query(`DROP TABLE ${table}`);
  }
}
