import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of answers: counts per tenant, model and intent, and what people said about single ones. */
export class CreateRoutingOutcomes1764700100000 implements MigrationInterface {
  readonly name = 'CreateRoutingOutcomes1764700100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE routing_outcome (
        organization_id text NOT NULL,
        provider text NOT NULL,
        model text NOT NULL,
        intent text NOT NULL,
        band smallint NOT NULL,
        source text NOT NULL,
        day date NOT NULL,
        count integer NOT NULL,
        score_sum double precision NOT NULL,
        PRIMARY KEY (organization_id, provider, model, intent, band, source, day)
      )`);
    await runner.query(`
      CREATE TABLE routing_outcome_batch (
        batch_id text NOT NULL,
        booked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (batch_id)
      )`);
    await runner.query('CREATE INDEX routing_outcome_batch_time ON routing_outcome_batch (booked_at)');
    await runner.query(`
      CREATE TABLE routing_feedback (
        request_id text NOT NULL,
        user_id text NOT NULL,
        organization_id text NOT NULL,
        provider text NOT NULL,
        model text NOT NULL,
        intent text NOT NULL,
        band smallint NOT NULL,
        score double precision NOT NULL,
        given_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (request_id, user_id)
      )`);
    await runner.query(
      'CREATE INDEX routing_feedback_organization_time ON routing_feedback (organization_id, given_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE routing_feedback');
    await runner.query('DROP TABLE routing_outcome_batch');
    await runner.query('DROP TABLE routing_outcome');
  }
}
