import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a vendor served a call decides what it costs, so the ledger keeps it; corrected prices say what the tiers cost. */
export class AddServiceTier1765100000000 implements MigrationInterface {
  readonly name = 'AddServiceTier1765100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE usage_record ADD COLUMN service_tier text');
    await queryRunner.query('ALTER TABLE price_update ADD COLUMN service_tiers jsonb');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE price_update DROP COLUMN service_tiers');
    await queryRunner.query('ALTER TABLE usage_record DROP COLUMN service_tier');
  }
}
