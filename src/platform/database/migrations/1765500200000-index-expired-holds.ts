import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows that stand for expired holds: there are hardly any, and every batch of calls looks for its own. */
export class IndexExpiredHolds1765500200000 implements MigrationInterface {
  readonly name = 'IndexExpiredHolds1765500200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX usage_record_hold_expired ON usage_record (hold_id)
       WHERE error_code = 'hold_expired' AND corrects_id IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX usage_record_hold_expired');
  }
}
