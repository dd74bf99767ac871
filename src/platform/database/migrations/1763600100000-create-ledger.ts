import type { MigrationInterface, QueryRunner } from 'typeorm';

const CREATE_TABLE = `
  CREATE TABLE usage_record (
    attempt_id text NOT NULL,
    started_on date NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    held_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    request_id text NOT NULL,
    client_request_id text,
    hold_id text NOT NULL,
    organization_id text NOT NULL,
    project_id text,
    user_id text NOT NULL,
    api_key_id text,
    endpoint text NOT NULL,
    purpose text NOT NULL,
    requested_model text,
    provider text NOT NULL,
    resolved_model text NOT NULL,
    region text NOT NULL,
    strategy text NOT NULL,
    objective text NOT NULL,
    intent text,
    decision_id text NOT NULL,
    price_version text NOT NULL,
    input_uncached bigint NOT NULL,
    cache_read bigint NOT NULL,
    cache_write_5m bigint NOT NULL,
    cache_write_1h bigint NOT NULL,
    audio_input bigint NOT NULL,
    image_input bigint NOT NULL,
    output_text bigint NOT NULL,
    reasoning bigint NOT NULL,
    audio_output bigint NOT NULL,
    image_output bigint NOT NULL,
    cost_nano_usd bigint NOT NULL,
    held_nano_usd bigint NOT NULL,
    cost_source text NOT NULL,
    status text NOT NULL,
    error_code text,
    latency_ms integer,
    first_token_ms integer,
    PRIMARY KEY (attempt_id, started_on)
  ) PARTITION BY RANGE (started_on)`;

/** The ledger of vendor calls, partitioned by month, and the function that makes partitions ahead of time. */
export class CreateLedger1763600100000 implements MigrationInterface {
  readonly name = 'CreateLedger1763600100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREATE_TABLE);
    await runner.query(
      'CREATE INDEX usage_record_organization_time ON usage_record (organization_id, started_at, attempt_id)',
    );
    await runner.query('CREATE INDEX usage_record_request ON usage_record (request_id)');
    await runner.query(
      'CREATE INDEX usage_record_organization_user_held ON usage_record (organization_id, user_id, held_at)',
    );
    await runner.query(`
      CREATE FUNCTION ensure_usage_partition(day date) RETURNS void LANGUAGE plpgsql AS $body$
      DECLARE
        first date := date_trunc('month', day)::date;
        partition text := 'usage_record_' || to_char(first, 'YYYY_MM');
      BEGIN
        IF to_regclass(partition) IS NULL THEN
          PERFORM pg_advisory_xact_lock(hashtext('ensure_usage_partition'));
          EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF usage_record FOR VALUES FROM (%L) TO (%L)',
            partition, first, (first + interval '1 month')::date);
        END IF;
      END
      $body$`);
    await runner.query(`
      SELECT ensure_usage_partition((date_trunc('month', now()) + make_interval(months => ahead))::date)
      FROM generate_series(-1, 2) AS ahead`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ensure_usage_partition(date)');
    await runner.query('DROP TABLE usage_record');
  }
}
