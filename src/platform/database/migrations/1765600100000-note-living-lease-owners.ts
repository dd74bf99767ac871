import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the owner of a lease last said that it lives, so that a long absence of Redis is not taken for its death. */
export class NoteLivingLeaseOwners1765600100000 implements MigrationInterface {
  readonly name = 'NoteLivingLeaseOwners1765600100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE budget_lease ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE budget_lease DROP COLUMN seen_at');
  }
}
