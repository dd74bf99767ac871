import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ways to one person's figures without reading everybody's, and to the dearest requests. */
export class IndexRollups1764500100000 implements MigrationInterface {
  readonly name = 'IndexRollups1764500100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX usage_rollup_hour_key ON usage_rollup_hour (key_id, bucket)');
    await runner.query('CREATE INDEX usage_rollup_day_key ON usage_rollup_day (key_id, bucket)');
    await runner.query(
      'CREATE INDEX rollup_key_user ON rollup_key (organization_id, user_id) WHERE detailed',
    );
    await runner.query(
      'CREATE INDEX request_record_cost ON request_record (organization_id, cost_nano_usd DESC)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP INDEX request_record_cost, rollup_key_user, usage_rollup_day_key, usage_rollup_hour_key',
    );
  }
}
