import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The few calls that started in another quarter of an hour than their money was held in; matches MOVED of the spending query. */
export class IndexMovedCalls1765100200000 implements MigrationInterface {
  readonly name = 'IndexMovedCalls1765100200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX usage_record_moved ON usage_record (organization_id, held_at)
      WHERE date_bin('15 minutes', held_at, '2000-01-01 00:00:00+00') <> date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX usage_record_moved');
  }
}
