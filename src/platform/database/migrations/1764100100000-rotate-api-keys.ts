import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A rotated key keeps its id; the one before it works until its overlap ends. */
export class RotateApiKeys1764100100000 implements MigrationInterface {
  readonly name = 'RotateApiKeys1764100100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE api_key
        ADD COLUMN rotated_at timestamptz,
        ADD COLUMN previous_hash text,
        ADD COLUMN previous_ends_at timestamptz`);
    await runner.query(
      'CREATE UNIQUE INDEX api_key_previous_hash_unique ON api_key (previous_hash) WHERE previous_hash IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX api_key_previous_hash_unique');
    await runner.query(
      'ALTER TABLE api_key DROP COLUMN rotated_at, DROP COLUMN previous_hash, DROP COLUMN previous_ends_at',
    );
  }
}
