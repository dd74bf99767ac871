import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Routing decisions, partitioned by day, and the versions their records refer to. */
export class CreateRoutingDecisions1764700000000 implements MigrationInterface {
  readonly name = 'CreateRoutingDecisions1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE routing_decision (
        decision_id text NOT NULL,
        decided_on date NOT NULL,
        organization_id text NOT NULL,
        request_id text NOT NULL,
        user_id text NOT NULL,
        api_key_id text,
        experiment_id text,
        variant text,
        record text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (decision_id, decided_on)
      ) PARTITION BY RANGE (decided_on)`);
    await runner.query(
      'CREATE INDEX routing_decision_organization ON routing_decision (organization_id, decision_id)',
    );
    await runner.query('CREATE INDEX routing_decision_request ON routing_decision (request_id)');
    await runner.query(`
      CREATE TABLE routing_version (
        kind text NOT NULL,
        version text NOT NULL,
        content jsonb NOT NULL,
        first_used_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (kind, version)
      )`);
    await runner.query(`
      CREATE FUNCTION ensure_routing_decision_partition(day date) RETURNS void LANGUAGE plpgsql AS $body$
      DECLARE
        partition text := 'routing_decision_' || to_char(day, 'YYYY_MM_DD');
      BEGIN
        IF to_regclass(partition) IS NULL THEN
          PERFORM pg_advisory_xact_lock(hashtext('ensure_routing_decision_partition'));
          EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF routing_decision FOR VALUES FROM (%L) TO (%L)',
            partition, day, (day + 1)::date);
        END IF;
      END
      $body$`);
    await runner.query(`
      CREATE FUNCTION drop_routing_decisions_before(first date) RETURNS void LANGUAGE plpgsql AS $body$
      DECLARE
        partition text;
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('ensure_routing_decision_partition'));
        FOR partition IN
          SELECT child.relname FROM pg_inherits
          JOIN pg_class child ON child.oid = inhrelid
          JOIN pg_class parent ON parent.oid = inhparent
          WHERE parent.relname = 'routing_decision'
            AND child.relname < 'routing_decision_' || to_char(first, 'YYYY_MM_DD')
        LOOP
          EXECUTE format('DROP TABLE %I', partition);
        END LOOP;
      END
      $body$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION drop_routing_decisions_before(date)');
    await runner.query('DROP FUNCTION ensure_routing_decision_partition(date)');
    await runner.query('DROP TABLE routing_version');
    await runner.query('DROP TABLE routing_decision');
  }
}
