import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that cost more than was reserved for them: there are hardly any, and somebody looks for them all the time. */
export class IndexOverruns1765500100000 implements MigrationInterface {
  readonly name = 'IndexOverruns1765500100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX usage_record_overrun ON usage_record (started_at)
       WHERE cost_nano_usd > held_nano_usd AND corrects_id IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX usage_record_overrun');
  }
}
