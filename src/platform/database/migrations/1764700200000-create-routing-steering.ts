import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Aliases of models and experiments with routing policies. */
export class CreateRoutingSteering1764700200000 implements MigrationInterface {
  readonly name = 'CreateRoutingSteering1764700200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE model_alias (
        organization_id text NOT NULL,
        name text NOT NULL,
        targets jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, name)
      )`);
    await runner.query(`
      CREATE TABLE routing_experiment (
        experiment_id text NOT NULL,
        organization_id text NOT NULL,
        name text NOT NULL,
        status text NOT NULL,
        split_by text NOT NULL,
        variants jsonb NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        stopped_at timestamptz,
        PRIMARY KEY (experiment_id)
      )`);
    await runner.query(
      'CREATE INDEX routing_experiment_organization ON routing_experiment (organization_id, experiment_id)',
    );
    await runner.query(
      `CREATE UNIQUE INDEX routing_experiment_running ON routing_experiment (organization_id) WHERE status = 'running'`,
    );
    await runner.query(
      'CREATE INDEX routing_decision_experiment ON routing_decision (experiment_id) WHERE experiment_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX routing_decision_experiment');
    await runner.query('DROP TABLE routing_experiment');
    await runner.query('DROP TABLE model_alias');
  }
}
