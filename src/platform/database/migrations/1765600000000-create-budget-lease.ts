import type { MigrationInterface, QueryRunner } from 'typeorm';

const BUDGET_LEASE = `
  CREATE TABLE budget_lease (
    id text CONSTRAINT budget_lease_pk PRIMARY KEY,
    organization_id text NOT NULL,
    owner text,
    amount_nano_usd bigint NOT NULL,
    counters jsonb NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT budget_lease_organization_fk FOREIGN KEY (organization_id)
      REFERENCES organization (id) ON DELETE CASCADE
  )`;

/** Leases of replicas on budgets, for whoever has to rebuild the counters without asking all of them. */
export class CreateBudgetLease1765600000000 implements MigrationInterface {
  readonly name = 'CreateBudgetLease1765600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(BUDGET_LEASE);
    await queryRunner.query('CREATE INDEX budget_lease_organization_idx ON budget_lease (organization_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE budget_lease');
  }
}
