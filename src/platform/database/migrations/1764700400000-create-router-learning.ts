import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What tenants decided about learning, and what became of single answers. */
export class CreateRouterLearning1764700400000 implements MigrationInterface {
  readonly name = 'CreateRouterLearning1764700400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE routing_answer_outcome (
        request_id text NOT NULL,
        source text NOT NULL,
        organization_id text NOT NULL,
        provider text NOT NULL,
        model text NOT NULL,
        score real NOT NULL,
        noted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (request_id, source)
      )`);
    await runner.query('CREATE INDEX routing_answer_outcome_time ON routing_answer_outcome (noted_at)');
    await runner.query(`
      CREATE TABLE router_learning (
        organization_id text NOT NULL,
        enabled boolean NOT NULL DEFAULT false,
        automatic boolean NOT NULL DEFAULT false,
        implicit_outcomes boolean NOT NULL DEFAULT false,
        min_outcomes integer NOT NULL DEFAULT 400,
        next_run_at timestamptz NOT NULL DEFAULT now(),
        last_run_at timestamptz,
        last_result jsonb,
        last_decision_id text,
        PRIMARY KEY (organization_id)
      )`);
    await runner.query('CREATE INDEX router_learning_due ON router_learning (next_run_at) WHERE enabled');
    await runner.query('ALTER TABLE router_learning ENABLE ROW LEVEL SECURITY');
    await runner.query(`
      CREATE POLICY tenant_isolation ON router_learning
        USING (organization_id = current_setting('app.organization_id', true))
        WITH CHECK (organization_id = current_setting('app.organization_id', true))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE router_learning');
    await runner.query('DROP TABLE routing_answer_outcome');
  }
}
