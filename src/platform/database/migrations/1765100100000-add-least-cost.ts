import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An estimate is told with its bounds: what was reserved is the most, and this the least. */
export class AddLeastCost1765100100000 implements MigrationInterface {
  readonly name = 'AddLeastCost1765100100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE usage_record ADD COLUMN least_nano_usd bigint');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE usage_record DROP COLUMN least_nano_usd');
  }
}
